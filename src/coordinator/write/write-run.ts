/**
 * The writes of one batch on their way, one machine per partition; see `write-driver.ts`. When another
 * collection takes the place of theirs, they go on by its partitions, with the same version, whether
 * their caller has an answer or not: what some replica may have taken reaches those in sync.
 */
import type { Timer } from '../../base/clock.js';
import type { CollectionId, Generation, NodeId } from '../../base/ids.js';
import type { WriteTarget, WriteTargetReply } from '../../wire/link-messages.js';
import { type CollectionEntry, collectionInForce } from '../topology/topology.js';
import type { LinkOutcome } from '../transport/shard-link.js';
import type { OpOutcome } from './op-outcomes.js';
import { PendingWrite } from './pending-write.js';
import type { WriteFault } from './replica-standing.js';
import type { WriteAcksEffect, WriteSettlement } from './write-acks-effect.js';
import type { SettledWrite, WriteBatch, WriteRunObserver } from './write-batch.js';
import type { WriteDriverOptions, WriteDriverParts } from './write-driver.js';
import { isOwnMember } from './write-members.js';
import type { PartitionWrite } from './write-plan.js';

/** Refusals that pass are waited out this many write timeouts long. */
const PATIENCE_TIMEOUTS = 5;
/** A busy replica's advice when to come back is followed up to this. */
const ADVICE_MS_MAX = 1_000;
/** Of the time that is left, this much is waited for a topology store that is away. */
const DELAY_RATIO = 0.75;

const DROPPED: WriteSettlement = {
  status: 'failed',
  cause: 'dropped',
  nodeId: undefined,
  detail: 'the collection was dropped',
};

interface Posted {
  pending: PendingWrite;
  member: NodeId;
  /** Of the pending write, as it is sent. */
  generation: Generation;
  target: WriteTarget;
}

/** What goes out together, by node and collection. */
type Outbox = Map<string, { nodeId: NodeId; collection: CollectionId; posted: Posted[] }>;

export class WriteRun {
  readonly #batch: WriteBatch;
  readonly #parts: WriteDriverParts;
  readonly #options: WriteDriverOptions;
  readonly #observer: WriteRunObserver;
  readonly #pending = new Set<PendingWrite>();
  readonly #settled: SettledWrite[] = [];
  /** Writes whose outcome the caller waits for. */
  #unsettledCount = 0;
  #timer: Timer | undefined;
  #isAbandoned = false;

  constructor(
    batch: WriteBatch,
    parts: WriteDriverParts,
    options: WriteDriverOptions,
    observer: WriteRunObserver,
  ) {
    this.#batch = batch;
    this.#parts = parts;
    this.#options = options;
    this.#observer = observer;
  }

  start(): void {
    const { writes, deadlineAtMs } = this.#batch;
    const { clock } = this.#parts;
    const collection = this.#collection();
    this.#timer = clock.setTimer(Math.max(0, deadlineAtMs - clock.nowMs()), () => {
      this.#all(({ acks }) => acks.deadlinePassed());
    });
    this.#unsettledCount = writes.length;
    if (writes.length === 0) this.#observer.onSettled([]);
    else if (collection === undefined) this.#settleAllAsDropped();
    else this.#begin(writes, collection);
    this.#finishIfDone();
  }

  topologyChanged(): void {
    const collection = this.#collection();
    const { current } = this.#parts.topology;
    const moved = [...this.#pending].filter(({ collectionId }) => collectionId !== collection?.id);
    if (collection !== undefined) for (const pending of moved) this.#goOn(pending, collection);
    this.#all((pending) =>
      collection === undefined
        ? pending.acks.dropped()
        : pending.acks.setChanged(pending.follow(current, collection)),
    );
  }

  /** Nothing that happens from now on counts. */
  abandon(): void {
    this.#isAbandoned = true;
    this.#timer?.cancel();
  }

  #collection(): CollectionEntry | undefined {
    return collectionInForce(this.#parts.topology.current, this.#batch.collectionId);
  }

  #begin(writes: readonly PartitionWrite[], collection: CollectionEntry): void {
    const begun = writes.map((write) => this.#enter(write, collection));
    if (collection.id === this.#batch.collectionId) this.#startAll(begun);
    // They were planned by the partitions of one that is no more.
    else for (const pending of begun) this.#goOn(pending, collection);
  }

  /** By the partitions of the collection that is in force now. */
  #goOn(pending: PendingWrite, collection: CollectionEntry): void {
    const { isAnswered } = pending;
    const parts = pending.partsFor(collection).map(({ write, outcomes }) => {
      const part = this.#enter(write, collection, outcomes);
      part.isAnswered = isAnswered;
      return part;
    });
    this.#pending.delete(pending);
    if (!isAnswered) this.#unsettledCount += parts.length - 1;
    this.#startAll(parts);
  }

  #enter(write: PartitionWrite, collection: CollectionEntry, outcomes?: OpOutcome[]): PendingWrite {
    const { consistency, deadlineAtMs } = this.#batch;
    const patienceMs = this.#options.writeTimeoutMs * PATIENCE_TIMEOUTS;
    const pending = new PendingWrite(write, collection, this.#parts.topology.current, {
      consistency,
      deadlineAtMs,
      patienceMs,
      ...(outcomes === undefined ? {} : { outcomes }),
    });
    this.#pending.add(pending);
    return pending;
  }

  #startAll(begun: readonly PendingWrite[]): void {
    const nowMs = this.#parts.clock.nowMs();
    const outbox: Outbox = new Map();
    for (const pending of begun) this.#perform(pending, pending.acks.start(nowMs), outbox);
    this.#sendOut(outbox);
  }

  #settleAllAsDropped(): void {
    this.#timer?.cancel();
    const rest = { settlement: DROPPED, retryAfterMs: 0 };
    this.#observer.onSettled(this.#batch.writes.map((write) => ({ write, ...rest })));
  }

  #all(event: (pending: PendingWrite) => WriteAcksEffect[]): void {
    const outbox: Outbox = new Map();
    for (const pending of [...this.#pending]) this.#perform(pending, event(pending), outbox);
    this.#sendOut(outbox);
  }

  #one(pending: PendingWrite, event: (pending: PendingWrite) => WriteAcksEffect[]): void {
    if (!this.#pending.has(pending) || this.#isAbandoned) return;
    const outbox: Outbox = new Map();
    this.#perform(pending, event(pending), outbox);
    this.#sendOut(outbox);
  }

  #perform(pending: PendingWrite, effects: readonly WriteAcksEffect[], outbox: Outbox): void {
    for (const effect of effects) {
      switch (effect.kind) {
        case 'send':
          if (effect.delayMs === 0) this.#post(pending, effect.nodeId, outbox);
          else this.#sendLater(pending, effect.nodeId, effect.generation, effect.delayMs);
          break;
        case 'evict':
          this.#evict(pending, effect.nodeId, effect.cause);
          break;
        case 'missed':
          this.#parts.events.recoveringMissedWrite(pending.refOf(effect.nodeId));
          break;
        case 'settle':
          this.#settle(pending, effect.settlement);
          break;
        case 'finish':
          this.#pending.delete(pending);
          break;
      }
    }
    this.#finishIfDone();
  }

  #post(pending: PendingWrite, member: NodeId, outbox: Outbox): void {
    const { nodeId, collectionId: collection } = pending.refOf(member);
    const target = pending.targetOf(member);
    const posted = { pending, member, generation: pending.acks.generation, target };
    const key = `${nodeId}/${collection}`;
    const call = outbox.get(key);
    if (call === undefined) outbox.set(key, { nodeId, collection, posted: [posted] });
    else call.posted.push(posted);
  }

  #sendLater(pending: PendingWrite, member: NodeId, generation: Generation, pauseMs: number): void {
    const delayMs = Math.max(pauseMs, Math.min(pending.retryAfterMs, ADVICE_MS_MAX));
    this.#parts.clock.setTimer(delayMs, () => {
      const isOver = this.#isAbandoned || !this.#pending.has(pending);
      if (isOver || pending.acks.isOutdated(generation)) return;
      const outbox: Outbox = new Map();
      this.#post(pending, member, outbox);
      this.#sendOut(outbox);
    });
  }

  #sendOut(outbox: Outbox): void {
    const { nodes, clock } = this.#parts;
    for (const { nodeId, collection, posted } of outbox.values()) {
      const node = nodes.get(nodeId);
      if (node === undefined) {
        clock.defer(() => this.#allFailed(posted, 'unavailable', 'it is not known'));
        continue;
      }
      const targets = posted.map(({ target }) => target);
      const call = { kind: 'write' as const, collection, targets };
      node.link.send(call, this.#options.writeTimeoutMs, (outcome) => {
        nodes.noteOutcome(node, outcome);
        this.#answered(posted, outcome);
      });
    }
  }

  #answered(posted: readonly Posted[], outcome: LinkOutcome): void {
    if (outcome.status !== 'ok') {
      // A link that is closed because its node moved says no more than one that is lost.
      const status = outcome.status === 'cancelled' ? 'unavailable' : outcome.status;
      for (const { pending } of posted) pending.retryAfterMs = outcome.retryAfterMs;
      this.#allFailed(posted, status, outcome.detail);
      return;
    }
    const replies = outcome.reply.kind === 'write' ? outcome.reply.targets : [];
    const byPartition = new Map(replies.map((reply) => [reply.partition, reply]));
    for (const one of posted) this.#replicaAnswered(one, byPartition.get(one.target.partition));
  }

  #allFailed(posted: readonly Posted[], status: WriteFault, detail: string): void {
    const nowMs = this.#parts.clock.nowMs();
    const outbox: Outbox = new Map();
    for (const { pending, member, generation } of posted) {
      if (!this.#pending.has(pending) || this.#isAbandoned) continue;
      const effects = pending.acks.failed(member, generation, status, detail, nowMs);
      this.#perform(pending, effects, outbox);
    }
    this.#sendOut(outbox);
  }

  #replicaAnswered(
    { pending, member, generation }: Posted,
    reply: WriteTargetReply | undefined,
  ): void {
    const nowMs = this.#parts.clock.nowMs();
    this.#one(pending, ({ acks }) => {
      if (reply === undefined) {
        return acks.failed(member, generation, 'missing', 'no answer for this partition', nowMs);
      }
      if (reply.status !== 'ok') {
        return acks.failed(member, generation, reply.status, reply.detail, nowMs);
      }
      const { results } = reply;
      return acks.acknowledged(member, generation, isOwnMember(member) ? results : undefined);
    });
  }

  #evict(pending: PendingWrite, member: NodeId, cause: WriteFault): void {
    const onDelayed = () => {
      this.#one(pending, ({ acks }) => acks.evictionsDelayed(false));
      const { clock } = this.#parts;
      // The answer has a way to go before its caller gives up.
      const waitMs = (this.#batch.deadlineAtMs - clock.nowMs()) * DELAY_RATIO;
      clock.setTimer(Math.max(0, waitMs), () =>
        this.#one(pending, ({ acks }) => acks.evictionsDelayed(true)),
      );
    };
    void this.#parts.inSync.evict(pending.refOf(member), cause, onDelayed).then((outcome) => {
      this.#one(pending, ({ acks }) =>
        outcome.status === 'evicted'
          ? acks.evicted(member)
          : acks.evictionRefused(member, outcome.detail),
      );
    });
  }

  #settle(pending: PendingWrite, settlement: WriteSettlement): void {
    if (pending.isAnswered) return;
    pending.isAnswered = true;
    const { write, retryAfterMs } = pending;
    this.#settled.push({ write, settlement, retryAfterMs });
    this.#unsettledCount -= 1;
    if (this.#unsettledCount > 0) return;
    this.#timer?.cancel();
    this.#observer.onSettled(this.#settled);
  }

  #finishIfDone(): void {
    if (this.#pending.size === 0) this.#observer.onFinished();
  }
}
