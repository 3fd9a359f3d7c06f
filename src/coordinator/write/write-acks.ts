/**
 * The acknowledgement machine of one partition's write: to whom it goes, which replicas leave the set
 * because they did not take it, and when it is acknowledged or failed. Events go in with the time,
 * effects come out, a driver carries them out (`write-run.ts`).
 *
 * Invariants:
 *  - acknowledged in sync: every replica that is in sync at that moment holds the write durably, and
 *    they are at least its `minInSync`;
 *  - a replica is taken out only for a write that another one holds, so a coordinator that reaches
 *    nobody takes nobody out;
 *  - it settles once, and goes on until every in-sync replica has the write or is out, whatever the
 *    caller was told: replicas in sync do not stay different;
 *  - whatever is sent again has the same version, so any of it may arrive twice.
 *
 * A replica set that only shrank leaves earlier answers valid. Any other change starts over on the
 * new set: a replica may have gone out and come back empty meanwhile.
 */
import type { Generation, NodeId } from '../../base/ids.js';
import type { WriteResult } from '../../wire/link-messages.js';
import { markDoubts, mergeResults, newOutcomes, type OpOutcome } from './op-outcomes.js';
import { acksRequiredOf, hasOnlyShrunk, type ReplicaSetView } from './replica-set-view.js';
import {
  isOfRequest,
  isPassing,
  type ReplicaRole,
  type ReplicaStanding,
  resendDelayMs,
  Standings,
  type WriteFault,
} from './replica-standing.js';
import type {
  WriteAcksEffect,
  WriteAcksOptions,
  WriteFailureCause,
  WriteSettlement,
} from './write-acks-effect.js';

const REPLANS_MAX = 16;

export class WriteAcks {
  readonly #options: WriteAcksOptions;
  readonly #outcomes: OpOutcome[];
  #set: ReplicaSetView;
  /** Answers to what was sent before this generation do not count. */
  #plannedGeneration: Generation;
  readonly #standings = new Standings();
  #startedAtMs = 0;
  #replans = 0;
  #settled: WriteSettlement['status'] | undefined;
  #isFinished = false;
  #effects: WriteAcksEffect[] = [];

  constructor(set: ReplicaSetView, options: WriteAcksOptions) {
    this.#options = options;
    this.#set = set;
    this.#plannedGeneration = set.generation;
    this.#outcomes = options.outcomes ?? newOutcomes(options.opCount);
  }

  get isFinished(): boolean {
    return this.#isFinished;
  }

  /** What is sent now carries this generation. */
  get generation(): Generation {
    return this.#set.generation;
  }

  /** True when the replica set changed so much that this is not to be sent any more. */
  isOutdated(generation: Generation): boolean {
    return generation < this.#plannedGeneration;
  }

  start(nowMs: number): WriteAcksEffect[] {
    this.#startedAtMs = nowMs;
    this.#plan();
    return this.#conclude();
  }

  /** A replica holds the write durably. No results: of its own share, which says nothing more. */
  acknowledged(
    nodeId: NodeId,
    sentGeneration: Generation,
    results: readonly WriteResult[] | undefined,
  ): WriteAcksEffect[] {
    const standing = this.#standings.get(nodeId);
    mergeResults(this.#outcomes, results, standing?.role);
    if (standing?.state !== 'sent' || sentGeneration < this.#plannedGeneration) return [];
    standing.state = 'held';
    standing.results = results;
    return this.#conclude();
  }

  /** A replica will not say, or said no. */
  failed(
    nodeId: NodeId,
    sentGeneration: Generation,
    cause: WriteFault,
    detail: string,
    nowMs: number,
  ): WriteAcksEffect[] {
    const standing = this.#standings.get(nodeId);
    if (standing?.state !== 'sent' || sentGeneration < this.#plannedGeneration) return [];
    Object.assign(standing, { cause, detail });
    if (isPassing(cause) && this.#isWorthResending(nowMs)) {
      this.#send(standing, resendDelayMs(standing.deferrals));
      standing.deferrals += 1;
    } else if (standing.role === 'recovering') {
      standing.state = 'out';
      this.#effects.push({ kind: 'missed', nodeId });
    } else standing.state = 'failed';
    return this.#conclude();
  }

  /** It is out of the in-sync set, durably. */
  evicted(nodeId: NodeId): WriteAcksEffect[] {
    const standing = this.#standings.get(nodeId);
    if (standing?.state !== 'evicting') return [];
    standing.state = 'out';
    return this.#conclude();
  }

  /** It cannot be taken out, so the write cannot be acknowledged as things are. */
  evictionRefused(nodeId: NodeId, detail: string): WriteAcksEffect[] {
    const standing = this.#standings.get(nodeId);
    if (standing?.state !== 'evicting') return [];
    Object.assign(standing, { state: 'out', detail });
    this.#fail(standing.cause, nodeId, detail);
    return this.#conclude();
  }

  /**
   * What must be taken out waits for the topology store, which is away. The caller waits too until
   * this `isOver`; a write whose caller has its answer does not.
   */
  evictionsDelayed(isOver: boolean): WriteAcksEffect[] {
    if (isOver || this.#settled !== undefined) this.#leaveEvictions();
    return this.#conclude();
  }

  /** The partition has another replica set. */
  setChanged(set: ReplicaSetView): WriteAcksEffect[] {
    if (set.generation <= this.#set.generation || this.#isFinished) return [];
    const before = this.#set;
    this.#set = set;
    if (hasOnlyShrunk(before, set)) this.#shrink();
    else if (this.#replans < REPLANS_MAX) {
      this.#replans += 1;
      this.#plan();
    } else this.#giveUp('stale_generation', 'its replica set changed again and again');
    return this.#conclude();
  }

  dropped(): WriteAcksEffect[] {
    this.#giveUp('dropped', 'the collection was dropped');
    return this.#conclude();
  }

  /** The caller must be answered now; what was sent is seen to its end. */
  deadlinePassed(): WriteAcksEffect[] {
    if (this.#settled !== undefined) return [];
    this.#leaveEvictions();
    const open = this.#standings.all().find(({ state }) => state !== 'held');
    const isRefused = open?.cause === 'rejected' && !this.#standings.isHeldByAny;
    const detail = isRefused ? open.detail : 'the deadline came before all replicas had it';
    this.#fail(isRefused ? 'rejected' : 'timed_out', open?.nodeId, detail);
    return this.#conclude();
  }

  /** Whoever takes the replicas out goes on with it; the write does not. */
  #leaveEvictions(): void {
    for (const standing of this.#standings.evicting()) {
      const { nodeId, cause } = standing;
      this.#fail('topology_unavailable', nodeId, `${cause}, and it cannot be taken out`);
      standing.state = 'out';
    }
  }

  #plan(): void {
    const { generation, minInSync, inSync, recovering, awaited } = this.#set;
    this.#plannedGeneration = generation;
    this.#standings.clear();
    if (this.#options.consistency === 'in_sync' && inSync.length < minInSync) {
      this.#failShort(inSync.length);
      return;
    }
    for (const nodeId of inSync) this.#add(nodeId, 'in_sync');
    for (const nodeId of recovering) {
      this.#add(nodeId, awaited.has(nodeId) ? 'awaited' : 'recovering');
    }
  }

  /**
   * Who has not answered may refuse what was planned on the old set, and take it as a write of the new
   * one: such a write goes to those that recover in it as well.
   */
  #shrink(): void {
    const inSync = new Set(this.#set.inSync);
    for (const standing of this.#standings.all()) {
      const { role, nodeId } = standing;
      const isIn = role === 'awaited' ? this.#set.awaited.has(nodeId) : inSync.has(nodeId);
      if (role !== 'recovering' && !isIn) standing.state = 'out';
    }
    if (!this.#standings.of('in_sync').some(({ state }) => state === 'sent')) return;
    for (const nodeId of this.#set.recovering) {
      const standing = this.#standings.get(nodeId);
      if (standing === undefined || standing.state === 'out') this.#add(nodeId, 'recovering');
      else if (standing.state === 'held') this.#add(nodeId, standing.role);
    }
  }

  #add(nodeId: NodeId, role: ReplicaRole): void {
    this.#send(this.#standings.add(nodeId, role), 0);
  }

  #send({ nodeId }: ReplicaStanding, delayMs: number): void {
    this.#effects.push({ kind: 'send', nodeId, generation: this.#set.generation, delayMs });
  }

  #isWorthResending(nowMs: number): boolean {
    if (nowMs >= this.#startedAtMs + this.#options.patienceMs) return false;
    return this.#settled !== 'failed' || this.#standings.isHeldByAny;
  }

  #conclude(): WriteAcksEffect[] {
    if (!this.#isFinished) {
      this.#evictFailed();
      if (this.#settled === undefined) this.#settleIfDecided();
      this.#finishIfIdle();
    }
    return this.#effects.splice(0);
  }

  /** Only a write that somebody holds costs others their place; who has none yet has none to lose. */
  #evictFailed(): void {
    const isHeld = this.#standings.isHeldByAny;
    for (const standing of this.#standings.all()) {
      const { state, nodeId, cause } = standing;
      if (state !== 'failed' || !isHeld) continue;
      if (isOfRequest(cause) || cause === 'stale_generation') {
        this.#fail(cause, nodeId, standing.detail);
        standing.state = 'out';
        continue;
      }
      standing.state = 'evicting';
      this.#effects.push({ kind: 'evict', nodeId, cause });
    }
  }

  #settleIfDecided(): void {
    const { consistency } = this.#options;
    const members = this.#standings.of('in_sync');
    const held = members.filter(({ state }) => state === 'held').length;
    if (consistency === 'in_sync' && members.length < this.#set.minInSync) {
      this.#failShort(members.length);
    } else if (held > 0 && (this.#standings.areHeld || this.#isEnough(held, members.length))) {
      markDoubts(this.#outcomes, this.#standings.resultsInSync());
      this.#settle({ status: 'acknowledged', outcomes: this.#outcomes });
    } else if (held === 0 && members.every(({ state }) => state === 'failed')) {
      const [first] = members;
      if (first === undefined) this.#fail('unavailable', undefined, 'no replica is in sync');
      else this.#fail(first.cause, first.nodeId, first.detail);
    }
  }

  /** Whether an operation lost against a newer version is only known when all have answered. */
  #isEnough(held: number, inSyncCount: number): boolean {
    const { consistency } = this.#options;
    if (consistency === 'in_sync') return false;
    if (held < acksRequiredOf(this.#set, consistency, inSyncCount)) return false;
    return this.#outcomes.every(({ isApplied }) => isApplied);
  }

  #finishIfIdle(): void {
    if (this.#settled === undefined || this.#standings.areOpen) return;
    this.#isFinished = true;
    this.#effects.push({ kind: 'finish' });
  }

  #giveUp(cause: 'stale_generation' | 'dropped', detail: string): void {
    this.#fail(cause, undefined, detail);
    for (const standing of this.#standings.all()) standing.state = 'out';
  }

  #failShort(count: number): void {
    const needed = `${this.#set.minInSync} are needed`;
    this.#fail('not_enough_replicas', undefined, `${count} replicas are in sync, ${needed}`);
  }

  #fail(cause: WriteFailureCause, nodeId: NodeId | undefined, detail: string): void {
    this.#settle({ status: 'failed', cause, nodeId, detail });
  }

  #settle(settlement: WriteSettlement): void {
    if (this.#settled !== undefined) return;
    this.#settled = settlement.status;
    this.#effects.push({ kind: 'settle', settlement });
  }
}
