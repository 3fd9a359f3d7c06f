/** What a suite measures: a running cluster that somebody else keeps, or one of its own. */
import { setTimeout as sleep } from 'node:timers/promises';
import { REST_MS } from '../../shards/rest-reclaimer.js';
import { AnnulusClient } from '../../src/client/index.js';
import { processCpuMs, rssAnonBytes, untilIdle } from '../report/process-cpu.js';
import { ProcessCluster } from './process-cluster.js';

export interface OpenClusterOptions {
  /** Shard nodes of a cluster of its own. Default: what the options say. */
  shards?: number;
  env?: Record<string, string>;
}

/** Without processes of its own, how long to wait for graphs to catch up. */
const SETTLE_MS = 5000;

/** Beyond the rest after which nodes give memory back. */
const RECLAIM_MS = 2000;

export class BenchCluster {
  readonly address: string;
  readonly client: AnnulusClient;
  /** Undefined when it is not ours: then nothing is known of its processes. */
  readonly own: ProcessCluster | undefined;

  private constructor(address: string, own?: ProcessCluster) {
    this.address = address;
    this.own = own;
    this.client = own?.client ?? new AnnulusClient({ address });
  }

  static running(address: string): BenchCluster {
    return new BenchCluster(address);
  }

  static async start(options: { shards: number } & OpenClusterOptions): Promise<BenchCluster> {
    const own = await ProcessCluster.start(options);
    return new BenchCluster(own.address, own);
  }

  /** The processes' CPU time so far, in milliseconds; undefined of a cluster that is not ours. */
  cpuMs(): { coordinator: number; nodes: number } | undefined {
    if (this.own === undefined) return undefined;
    const { coordinator } = this.own;
    const nodes = this.#nodePids().reduce((sum, pid) => sum + processCpuMs(pid), 0);
    return { coordinator: processCpuMs(coordinator.pid), nodes };
  }

  /** Anonymous resident memory of all nodes together; undefined of a cluster that is not ours. */
  nodesRssAnonBytes(): number | undefined {
    if (this.own === undefined) return undefined;
    return this.#nodePids().reduce((sum, pid) => sum + rssAnonBytes(pid), 0);
  }

  /** Resolves when what was written is in the graphs; of a cluster not ours, after some seconds. */
  async untilSettled(): Promise<void> {
    if (this.own === undefined) await sleep(SETTLE_MS);
    else await untilIdle(this.#nodePids());
  }

  /** Resolves when the nodes have settled, and given back what they do not need any more. */
  async untilRested(): Promise<void> {
    await this.untilSettled();
    await sleep(REST_MS + RECLAIM_MS);
  }

  async close(): Promise<void> {
    if (this.own === undefined) await this.client.close();
    else await this.own.stop();
  }

  #nodePids(): number[] {
    const { own } = this;
    return own === undefined ? [] : own.nodeIds.map((nodeId) => own.node(nodeId).pid);
  }
}
