/**
 * A PostgreSQL server of our own with pgvector, over a folder that is removed at the end. PostgreSQL
 * refuses to run as root: then it runs as the user `nobody`.
 */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Metric } from '../../src/base/metric.js';
import { systemClock } from '../../src/base/system-clock.js';
import { rowOf } from '../datasets/vector-set.js';
import type { SearchTargetSpec } from '../load/messages.js';
import { rowPrefix } from '../suites/parts/recall.js';
import { TOP_K } from '../suites/parts/stage.js';
import { freePort } from './free-port.js';
import type { PeerRows, PeerServer } from './peer-server.js';
import { openPgPool, PG_NAME, type PgPool } from './pg-client.js';
import { findPgvector } from './pgvector-install.js';
import {
  createIndexSql,
  createTableSql,
  insertSql,
  PGVECTOR_TABLE,
  vectorText,
} from './pgvector-sql.js';

const READY_LIMIT_MS = 60_000;
const POLL_MS = 100;
const BATCH_ROWS = 1000;
const NOBODY = 65_534;
/** Room for all that is measured: PostgreSQL's own defaults are meant for machines of long ago. */
const SETTINGS = {
  shared_buffers: '1GB',
  maintenance_work_mem: '1GB',
  max_wal_size: '4GB',
  max_connections: 300,
};

export class PgvectorServer implements PeerServer {
  readonly name: string;
  readonly #address: string;
  readonly #directory: string;
  readonly #child: ChildProcess;
  readonly #pool: PgPool;
  #metric: Metric = 'cosine';

  private constructor(facts: {
    version: string;
    address: string;
    directory: string;
    child: ChildProcess;
    pool: PgPool;
  }) {
    this.name = `pgvector ${facts.version}`;
    this.#address = facts.address;
    this.#directory = facts.directory;
    this.#child = facts.child;
    this.#pool = facts.pool;
  }

  /** Rejects when it is not on this machine, or does not start. */
  static async start(): Promise<PgvectorServer> {
    const { binaries, version } = await findPgvector();
    const port = await freePort();
    const address = `127.0.0.1:${port}`;
    const pool = await openPgPool({ address, connectionsMax: 1 });
    const directory = mkdtempSync(join(tmpdir(), 'annulus-pgvector-'));
    const child = await startPostgres(binaries, directory, port).catch((error: unknown) => {
      rmSync(directory, { recursive: true, force: true });
      throw error;
    });
    const server = new PgvectorServer({ version, address, directory, child, pool });
    try {
      await server.#untilReady();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  async load({ rows, metric }: PeerRows, onProgress: (done: number) => void): Promise<void> {
    this.#metric = metric;
    await this.#run('CREATE EXTENSION vector');
    await this.#run(createTableSql(PGVECTOR_TABLE, rows.dimension));
    for (let from = 0; from < rows.count; from += BATCH_ROWS) {
      const count = Math.min(BATCH_ROWS, rows.count - from);
      const numbers = Array.from({ length: count }, (_, i) => from + i);
      const ids = numbers.map((row) => `${rowPrefix}${row}`);
      const vectors = numbers.map((row) => vectorText(rowOf(rows, row)));
      await this.#run(insertSql(PGVECTOR_TABLE), [ids, vectors]);
      onProgress(from + count);
    }
    await this.#run(createIndexSql(PGVECTOR_TABLE, metric));
    await this.#run(`VACUUM ANALYZE ${PGVECTOR_TABLE}`);
    await this.#run('CHECKPOINT');
  }

  async targetAt(efSearch: number): Promise<SearchTargetSpec> {
    const place = { address: this.#address, collection: PGVECTOR_TABLE };
    return { kind: 'pgvector', topK: TOP_K, efSearch, metric: this.#metric, ...place };
  }

  async stop(): Promise<void> {
    await this.#pool.end();
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const exited = once(this.#child, 'exit');
      // Its fast shutdown: whoever is connected is disconnected.
      this.#child.kill('SIGINT');
      await exited;
    }
    rmSync(this.#directory, { recursive: true, force: true });
  }

  async #untilReady(): Promise<void> {
    const giveUpAtMs = systemClock.nowMs() + READY_LIMIT_MS;
    for (;;) {
      if (this.#child.exitCode !== null) throw new Error('PostgreSQL ended by itself');
      try {
        await this.#run('SELECT 1');
        return;
      } catch (error) {
        if (systemClock.nowMs() > giveUpAtMs) throw error;
      }
      await sleep(POLL_MS);
    }
  }

  async #run(text: string, values: unknown[] = []): Promise<void> {
    await this.#pool.query({ text, values });
  }
}

async function startPostgres(
  binaries: string,
  directory: string,
  port: number,
): Promise<ChildProcess> {
  const asNobody: SpawnOptions = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  if (asNobody.uid !== undefined) chownSync(directory, NOBODY, NOBODY);
  chmodSync(directory, 0o700);
  const options: SpawnOptions = { stdio: 'ignore', cwd: directory, ...asNobody };
  const initial = ['-D', directory, '-U', PG_NAME, '-E', 'UTF8', '--auth=trust', '--no-sync'];
  const [code] = await once(spawn(join(binaries, 'initdb'), initial, options), 'exit');
  if (code !== 0) throw new Error(`initdb exited with ${code}`);
  const settings = {
    ...SETTINGS,
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(join(binaries, 'postgres'), ['-D', directory, ...args], options);
  // Rejects when there is nothing to run.
  await once(child, 'spawn');
  // It would go on without us.
  const end = () => child.kill('SIGQUIT');
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
  return child;
}
