/**
 * Chroma's own server, from its npm package: installed into the cache directory when it is first
 * asked for, never a dependency, run as a process over a folder of its own that is removed at the end.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Metric } from '../../src/base/metric.js';
import { systemClock } from '../../src/base/system-clock.js';
import { rowOf } from '../datasets/vector-set.js';
import type { SearchTargetSpec } from '../load/messages.js';
import { untilIdle } from '../report/process-cpu.js';
import { rowPrefix } from '../suites/parts/recall.js';
import { TOP_K } from '../suites/parts/stage.js';
import { chromaCollectionPath, chromaCollectionsPath } from './chroma-api.js';
import { installChroma } from './chroma-install.js';
import { freePort } from './free-port.js';
import { PEER_GRAPH, type PeerRows, type PeerServer } from './peer-server.js';

const READY_LIMIT_MS = 60_000;
const POLL_MS = 100;
const BATCH_ROWS = 1000;
const SPACES: Record<Metric, string> = { cosine: 'cosine', dot: 'ip', l2: 'l2' };

export class ChromaServer implements PeerServer {
  /** With the version of the npm package. */
  readonly name: string;
  readonly #address: string;
  readonly #entry: string;
  readonly #directory: string;
  readonly #port: number;
  #child: ChildProcess | undefined;
  #collection = '';

  private constructor(facts: {
    entry: string;
    version: string;
    directory: string;
    port: number;
  }) {
    this.#entry = facts.entry;
    this.name = `Chroma ${facts.version}`;
    this.#directory = facts.directory;
    this.#port = facts.port;
    this.#address = `127.0.0.1:${facts.port}`;
  }

  /** Installs it when need be. */
  static async start(): Promise<ChromaServer> {
    const { entry, version } = await installChroma();
    const directory = mkdtempSync(join(tmpdir(), 'annulus-chroma-'));
    const server = new ChromaServer({ entry, version, directory, port: await freePort() });
    try {
      await server.#startProcess();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  async load({ rows, metric }: PeerRows, onProgress: (done: number) => void): Promise<void> {
    const { m: max_neighbors, efConstruction: ef_construction } = PEER_GRAPH;
    const hnsw = { space: SPACES[metric], ef_construction, max_neighbors };
    const body = { name: 'bench', configuration: { hnsw } };
    const { id } = (await this.#call('POST', chromaCollectionsPath, body)) as { id: string };
    this.#collection = id;
    for (let from = 0; from < rows.count; from += BATCH_ROWS) {
      const count = Math.min(BATCH_ROWS, rows.count - from);
      const numbers = Array.from({ length: count }, (_, i) => from + i);
      await this.#call('POST', `${chromaCollectionPath(id)}/add`, {
        ids: numbers.map((row) => `${rowPrefix}${row}`),
        embeddings: numbers.map((row) => Array.from(rowOf(rows, row))),
      });
      onProgress(from + count);
    }
    await untilIdle([this.#child?.pid as number]);
  }

  /** Takes a new process: one that runs goes on with the `ef` that it loaded the graph with. */
  async targetAt(efSearch: number): Promise<SearchTargetSpec> {
    const body = { new_configuration: { hnsw: { ef_search: efSearch } } };
    await this.#call('PUT', chromaCollectionPath(this.#collection), body);
    await this.#stopProcess();
    await this.#startProcess();
    const place = { address: this.#address, collection: this.#collection };
    return { kind: 'chroma', topK: TOP_K, ...place };
  }

  async stop(): Promise<void> {
    await this.#stopProcess();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  async #startProcess(): Promise<void> {
    const listen = ['--host', '127.0.0.1', '--port', String(this.#port)];
    const args = [this.#entry, 'run', '--path', this.#directory, ...listen];
    const child = spawn(process.execPath, args, { stdio: 'ignore' });
    this.#child = child;
    // It would go on without us.
    const end = () => child.kill('SIGKILL');
    process.once('exit', end);
    child.once('exit', () => process.off('exit', end));
    const giveUpAtMs = systemClock.nowMs() + READY_LIMIT_MS;
    for (;;) {
      if (child.exitCode !== null) throw new Error("Chroma's server ended by itself");
      const answer = await fetch(`http://${this.#address}/api/v2/heartbeat`).catch(() => undefined);
      if (answer?.ok === true) return;
      if (systemClock.nowMs() > giveUpAtMs) throw new Error("Chroma's server is not ready");
      await sleep(POLL_MS);
    }
  }

  async #stopProcess(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await exited;
  }

  async #call(method: string, path: string, body: unknown): Promise<unknown> {
    const answer = await fetch(`http://${this.#address}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`Chroma: ${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }
}
