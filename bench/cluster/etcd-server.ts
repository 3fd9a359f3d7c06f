/**
 * A real etcd server for tests and benchmarks: on free ports of loopback, with a folder of its own.
 * Where there is no `etcd` binary the tests that need one are skipped, and say so.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './tcp-proxy.js';

const binary = process.env.ETCD_BINARY ?? 'etcd';

export const hasEtcd = spawnSync(binary, ['--version'], { stdio: 'ignore' }).status === 0;

/** For the names of suites that are skipped without etcd. */
export const etcdNote = hasEtcd
  ? ''
  : ' (SKIPPED: there is no etcd here; install it, on Debian with `apt-get install etcd-server`)';

export class EtcdServer {
  readonly endpoint: string;
  readonly #directory: string;
  readonly #ports: [number, number];
  #child: ChildProcess | undefined;

  private constructor(ports: [number, number]) {
    this.#ports = ports;
    this.endpoint = `127.0.0.1:${ports[0]}`;
    this.#directory = mkdtempSync(join(tmpdir(), 'annulus-etcd-'));
  }

  /** Resolves when it answers. */
  static async start(): Promise<EtcdServer> {
    const server = new EtcdServer([await freePort(), await freePort()]);
    await server.restart();
    return server;
  }

  /** Begins a process over the folder; resolves when it answers. */
  async restart(): Promise<void> {
    const peerUrl = `http://127.0.0.1:${this.#ports[1]}`;
    const flags: Record<string, string> = {
      name: 'one',
      'data-dir': this.#directory,
      'listen-client-urls': `http://${this.endpoint}`,
      'advertise-client-urls': `http://${this.endpoint}`,
      'listen-peer-urls': peerUrl,
      'initial-advertise-peer-urls': peerUrl,
      'initial-cluster': `one=${peerUrl}`,
      'heartbeat-interval': '20',
      'election-timeout': '200',
    };
    const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
    this.#child = spawn(binary, args, { stdio: 'ignore' });
    for (let waitedMs = 0; !(await this.#isHealthy()); waitedMs += 20) {
      if (waitedMs > 30_000) throw new Error('etcd does not answer');
      await sleep(20);
    }
  }

  pause(): void {
    this.#child?.kill('SIGSTOP');
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGCONT');
    child.kill('SIGKILL');
    await ended;
  }

  async dispose(): Promise<void> {
    await this.kill();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  async #isHealthy(): Promise<boolean> {
    try {
      const response = await fetch(`http://${this.endpoint}/health`);
      return ((await response.json()) as { health: string }).health === 'true';
    } catch {
      return false;
    }
  }
}
