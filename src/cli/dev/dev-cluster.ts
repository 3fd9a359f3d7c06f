/**
 * A cluster on one machine: a coordinator and shard nodes `node-1` .. `node-N`, each a process of its
 * own with a folder of its own, so that the same folder is the same cluster again.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../base/clock.js';
import { AnnulusClient } from '../../client/index.js';
import type { SpawnChild } from './child-process.js';
import { type ProcessEvent, type Serving, SupervisedProcess } from './supervised-process.js';

/** How long all shard nodes may take to join. */
const JOIN_TIMEOUT_MS = 60_000;
const JOIN_POLL_MS = 50;

export interface DevClusterOptions {
  directory: string;
  shards: number;
  /** HOST:PORT of the coordinator, and of its HTTP port. */
  listen: string;
  http: string;
  logLevel: string;
  /** More arguments of the coordinator, and of every shard node. */
  coordinatorArgs: readonly string[];
  shardArgs: readonly string[];
  clock: Clock;
  spawn: SpawnChild;
  onEvent(event: ProcessEvent): void;
}

export interface DevNode {
  nodeId: string;
  address: string;
  pid: number;
}

export class DevCluster {
  readonly #options: DevClusterOptions;
  readonly #coordinator: SupervisedProcess;
  readonly #nodes: SupervisedProcess[] = [];
  #isStopping = false;

  constructor(options: DevClusterOptions) {
    this.#options = options;
    this.#coordinator = this.#supervise('coordinator', (address) => [
      'coordinator',
      ...this.#commonArgs('coordinator'),
      ...['--listen', address ?? options.listen, '--http', options.http],
      ...options.coordinatorArgs,
    ]);
  }

  /** Starts everything; rejects, with nothing left running, when a part does not start. */
  async start(): Promise<void> {
    try {
      const { address } = await this.#coordinator.start();
      const count = nodeCount(this.#options.directory, this.#options.shards);
      for (let i = 1; i <= count; i += 1) this.#nodes.push(this.#node(`node-${i}`, address));
      await Promise.all(this.#nodes.map((node) => node.start()));
      await this.#waitUntilJoined(address);
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  get coordinator(): Serving {
    return this.#coordinator.serving as Serving;
  }

  nodes(): DevNode[] {
    return this.#nodes.map(({ name, serving }) => ({
      nodeId: name,
      address: serving?.address ?? '',
      pid: serving?.pid ?? 0,
    }));
  }

  /** Resolves when every process has ended. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all([...this.#nodes, this.#coordinator].map((one) => one.stop()));
  }

  killAll(): void {
    for (const one of [...this.#nodes, this.#coordinator]) one.kill();
  }

  #node(name: string, coordinator: string): SupervisedProcess {
    return this.#supervise(name, () => [
      'shard',
      ...this.#commonArgs(name),
      ...['--join', coordinator, '--listen', '127.0.0.1:0', '--node-id', name, '--weight', '1'],
      // It is wanted as long as it is started.
      '--rejoin',
      ...this.#options.shardArgs,
    ]);
  }

  #commonArgs(name: string): string[] {
    const data = join(this.#options.directory, name);
    return ['--data', data, '--log-level', this.#options.logLevel, '--json'];
  }

  #supervise(name: string, args: (address: string | undefined) => string[]): SupervisedProcess {
    const { clock, spawn, onEvent } = this.#options;
    return new SupervisedProcess({ name, clock, spawn, args, onEvent });
  }

  async #waitUntilJoined(address: string): Promise<void> {
    const { clock } = this.#options;
    const endAtMs = clock.nowMs() + JOIN_TIMEOUT_MS;
    const client = new AnnulusClient({ address });
    try {
      for (;;) {
        const nodes = await client.cluster.listNodes();
        const up = new Set(nodes.filter((one) => one.state === 'up').map(({ nodeId }) => nodeId));
        const missing = this.#nodes.filter(({ name }) => !up.has(name)).map(({ name }) => name);
        if (missing.length === 0) return;
        if (this.#isStopping) throw new Error('stopped while starting');
        if (clock.nowMs() > endAtMs) {
          const names = missing.join(', ');
          throw new Error(`not joined within ${JOIN_TIMEOUT_MS / 1000} s: ${names}`);
        }
        await new Promise<void>((resolve) => clock.setTimer(JOIN_POLL_MS, resolve));
      }
    } finally {
      await client.close();
    }
  }
}

/** Nodes to start: those asked for, and those that the folder already has. */
export function nodeCount(directory: string, wanted: number): number {
  const names = existsSync(directory) ? readdirSync(directory) : [];
  const numbers = names.map((name) => Number(/^node-([1-9]\d*)$/.exec(name)?.[1] ?? 0));
  return Math.max(wanted, ...numbers);
}
