/** A shard node as this coordinator sees it; `node-registry.ts` keeps it up to date. */
import type { Timer } from '../../base/clock.js';
import type { Generation, NodeId } from '../../base/ids.js';
import type { Random } from '../../base/random.js';
import type { ReplicaReport } from '../../wire/link-messages.js';
import { NodeLoadMeter } from '../balancing/node-load.js';
import { NodeHealth } from '../health/node-health.js';
import { ConcurrencyLimit } from '../resilience/concurrency-limit.js';
import { NodeLatencies } from '../resilience/hedge-policy.js';
import type { NodeEntry } from '../topology/topology.js';
import type { ShardLink } from '../transport/shard-link.js';
import type { NodeRegistryOptions } from './node-registry.js';
import { isSearchable, isWhole } from './replica-conditions.js';
import { RoundTrip } from './round-trip.js';

/** One node and all that is known of it. */
export class RegisteredNode {
  readonly nodeId: NodeId;
  readonly health: NodeHealth;
  readonly loadMeter: NodeLoadMeter;
  /** How long its reads take. */
  readonly latencies: NodeLatencies;
  /** How many reads it should have at a time. */
  readonly concurrency: ConcurrencyLimit;
  /** How long its heartbeats take. */
  readonly roundTrip = new RoundTrip();
  /** Reads of ours that have not ended; probes do not count. */
  readsInFlight = 0;
  entry: NodeEntry;
  link!: ShardLink;
  /** As the node last said of each replica, by `replicaKey`. */
  reports = new Map<string, ReplicaReport>();
  /** False while they are of a connection before: the node may have lost what they speak of. */
  hasReported = false;
  /** The generation of each replica that it was last told of, and took note of, by `replicaKey`. */
  toldGenerations = new Map<string, Generation>();
  heartbeatTimer: Timer | undefined;
  /** Set while its recoveries are to be asked for, or are. */
  recoveryTimer: Timer | undefined;
  /** The newest topology that changed what it holds. */
  assignmentEpoch = 0;
  isAssigning = false;
  /** What it holds changed while it was being told. */
  mustAssignAgain = false;

  constructor(entry: NodeEntry, options: NodeRegistryOptions, random: Random) {
    this.nodeId = entry.nodeId;
    this.entry = entry;
    this.health = new NodeHealth(options.health, random);
    this.loadMeter = new NodeLoadMeter(options.load);
    this.latencies = new NodeLatencies(options.hedge);
    this.concurrency = new ConcurrencyLimit(options.concurrency);
  }

  /** It has as many reads as it should, or asked for a pause. */
  isFull(nowMs: number): boolean {
    return this.readsInFlight >= this.concurrency.value || this.loadMeter.isPushingBack(nowMs);
  }

  /** Outstanding work, in requests: see `balancing/node-load.ts`. */
  load(nowMs: number): number {
    return this.loadMeter.outstanding(this.link.outstanding, nowMs);
  }

  /** False: it would refuse what is planned on this generation, since it has yet to be told of it. */
  isToldOf(key: string, generation: Generation): boolean {
    return (this.toldGenerations.get(key) ?? generation) >= generation;
  }

  get isUp(): boolean {
    return this.link.isConnected && this.health.state !== 'down';
  }

  /** What it has said of a replica since it connected. */
  freshReport(key: string): ReplicaReport | undefined {
    return this.hasReported ? this.reports.get(key) : undefined;
  }

  /** It is there, and so is its replica: what others lose can be had from it. */
  holds(key: string): boolean {
    return this.isUp && isSearchable(this.freshReport(key)?.condition);
  }

  /** It is there, and so is what was written to its replica, though that may still be loading. */
  keeps(key: string): boolean {
    return this.isUp && isWhole(this.freshReport(key)?.condition);
  }

  get documentCount(): number {
    let count = 0;
    for (const report of this.reports.values()) count += report.documentCount;
    return count;
  }
}
