/** The writes of one batch on their way, one machine per partition; see `write-driver.ts`. */
import type { Timer } from '../../base/clock.js';
import type { Generation, NodeId, Partition } from '../../base/ids.js';
import type { WriteTarget, WriteTargetReply } from '../../wire/link-messages.js';
import type { ReplicaRef } from '../topology/replica-transitions.js';
import type { CollectionEntry } from '../topology/topology.js';
import type { LinkOutcome } from '../transport/shard-link.js';
import { type ReplicaSetView, viewOf } from './replica-set-view.js';
import type { WriteFault } from './replica-standing.js';
import { WriteAcks } from './write-acks.js';
import type { WriteAcksEffect, WriteSettlement } from './write-acks-effect.js';
import type { SettledWrite, WriteBatch, WriteRunObserver } from './write-batch.js';
import type { WriteDriverOptions, WriteDriverParts } from './write-driver.js';
import type { PartitionWrite } from './write-plan.js';

/** Refusals that pass are waited out this many write timeouts long. */
const PATIENCE_TIMEOUTS = 5;
/** A busy replica's advice when to come back is followed up to this. */
const ADVICE_MS_MAX = 1_000;

/** Of the time that is left, this much is waited for a topology store that is away. */
const DELAY_RATIO = 0.75;

interface Pending {
  write: PartitionWrite;
  acks: WriteAcks;
  retryAfterMs: number;
}

/** What goes out together, by node. */
type Outbox = Map<NodeId, Pending[]>;

export class WriteRun {
  readonly #batch: WriteBatch;
  readonly #parts: WriteDriverParts;
  readonly #options: WriteDriverOptions;
  readonly #observer: WriteRunObserver;
  readonly #pending = new Map<Partition, Pending>();
  readonly #settled: SettledWrite[] = [];
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
    const { writes, consistency, deadlineAtMs } = this.#batch;
    const { clock } = this.#parts;
    const collection = this.#collection();
    const nowMs = clock.nowMs();
    this.#timer = clock.setTimer(Math.max(0, deadlineAtMs - nowMs), () => {
      this.#all(({ acks }) => acks.deadlinePassed());
    });
    for (const write of writes) {
      const acks = new WriteAcks(this.#view(collection, write.partition), {
        consistency,
        minInSync: collection?.minInSync ?? 1,
        opCount: write.ops.length,
        deadlineAtMs,
        patienceMs: this.#options.writeTimeoutMs * PATIENCE_TIMEOUTS,
      });
      this.#pending.set(write.partition, { write, acks, retryAfterMs: 0 });
    }
    this.#all(({ acks }) => (collection === undefined ? acks.dropped() : acks.start(nowMs)));
    if (writes.length === 0) this.#observer.onSettled([]);
    this.#finishIfDone();
  }

  topologyChanged(): void {
    const collection = this.#collection();
    this.#all(({ acks, write }) =>
      collection === undefined
        ? acks.dropped()
        : acks.setChanged(this.#view(collection, write.partition)),
    );
  }

  /** Nothing that happens from now on counts. */
  abandon(): void {
    this.#isAbandoned = true;
    this.#timer?.cancel();
  }

  #collection(): CollectionEntry | undefined {
    const found = this.#parts.topology.current.collections.get(this.#batch.collectionId);
    return found?.state === 'dropping' ? undefined : found;
  }

  #view(collection: CollectionEntry | undefined, partition: Partition): ReplicaSetView {
    return viewOf(collection?.partitions[partition] ?? { generation: 0, replicas: [] });
  }

  #all(event: (pending: Pending) => WriteAcksEffect[]): void {
    const outbox: Outbox = new Map();
    for (const pending of [...this.#pending.values()]) {
      this.#perform(pending, event(pending), outbox);
    }
    this.#sendOut(outbox);
  }

  #one(partition: Partition, event: (pending: Pending) => WriteAcksEffect[]): void {
    const pending = this.#pending.get(partition);
    if (pending === undefined || this.#isAbandoned) return;
    const outbox: Outbox = new Map();
    this.#perform(pending, event(pending), outbox);
    this.#sendOut(outbox);
  }

  #perform(pending: Pending, effects: readonly WriteAcksEffect[], outbox: Outbox): void {
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
          this.#parts.events.recoveringMissedWrite(
            this.#ref(pending.write.partition, effect.nodeId),
          );
          break;
        case 'settle':
          this.#settle(pending, effect.settlement);
          break;
        case 'finish':
          this.#pending.delete(pending.write.partition);
          break;
      }
    }
    this.#finishIfDone();
  }

  #post(pending: Pending, nodeId: NodeId, outbox: Outbox): void {
    const posted = outbox.get(nodeId);
    if (posted === undefined) outbox.set(nodeId, [pending]);
    else posted.push(pending);
  }

  #sendLater(pending: Pending, nodeId: NodeId, generation: Generation, pauseMs: number): void {
    const delayMs = Math.max(pauseMs, Math.min(pending.retryAfterMs, ADVICE_MS_MAX));
    this.#parts.clock.setTimer(delayMs, () => {
      const isOver = this.#isAbandoned || pending.acks.isFinished;
      if (isOver || pending.acks.isOutdated(generation)) return;
      this.#sendOut(new Map([[nodeId, [pending]]]));
    });
  }

  #sendOut(outbox: Outbox): void {
    const { nodes, clock } = this.#parts;
    for (const [nodeId, posted] of outbox) {
      const targets = posted.map(({ write, acks }) => ({
        partition: write.partition,
        generation: acks.generation,
        version: write.version,
        ops: write.encodedOps,
      }));
      const node = nodes.get(nodeId);
      if (node === undefined) {
        clock.defer(() => this.#allFailed(nodeId, targets, 'unavailable', 'it is not known'));
        continue;
      }
      const call = { kind: 'write' as const, collection: this.#batch.collectionId, targets };
      node.link.send(call, this.#options.writeTimeoutMs, (outcome) => {
        nodes.noteOutcome(node, outcome);
        this.#answered(nodeId, targets, outcome);
      });
    }
  }

  #answered(nodeId: NodeId, targets: readonly WriteTarget[], outcome: LinkOutcome): void {
    if (outcome.status !== 'ok') {
      // A link that is closed because its node moved says no more than one that is lost.
      const status = outcome.status === 'cancelled' ? 'unavailable' : outcome.status;
      this.#advised(targets, outcome.retryAfterMs);
      this.#allFailed(nodeId, targets, status, outcome.detail);
      return;
    }
    const replies = outcome.reply.kind === 'write' ? outcome.reply.targets : [];
    const byPartition = new Map(replies.map((reply) => [reply.partition, reply]));
    for (const target of targets) {
      this.#replicaAnswered(nodeId, target, byPartition.get(target.partition));
    }
  }

  #advised(targets: readonly WriteTarget[], retryAfterMs: number): void {
    for (const { partition } of targets) {
      const pending = this.#pending.get(partition);
      if (pending !== undefined) pending.retryAfterMs = retryAfterMs;
    }
  }

  #allFailed(
    nodeId: NodeId,
    targets: readonly WriteTarget[],
    status: WriteFault,
    detail: string,
  ): void {
    const nowMs = this.#parts.clock.nowMs();
    const outbox: Outbox = new Map();
    for (const { partition, generation } of targets) {
      const pending = this.#pending.get(partition);
      if (pending === undefined || this.#isAbandoned) continue;
      const effects = pending.acks.failed(nodeId, generation, status, detail, nowMs);
      this.#perform(pending, effects, outbox);
    }
    this.#sendOut(outbox);
  }

  #replicaAnswered(
    nodeId: NodeId,
    { partition, generation }: WriteTarget,
    reply: WriteTargetReply | undefined,
  ): void {
    const nowMs = this.#parts.clock.nowMs();
    this.#one(partition, (pending) => {
      const { acks } = pending;
      if (reply === undefined) {
        return acks.failed(nodeId, generation, 'missing', 'no answer for this partition', nowMs);
      }
      if (reply.status !== 'ok') {
        return acks.failed(nodeId, generation, reply.status, reply.detail, nowMs);
      }
      return acks.acknowledged(nodeId, generation, reply.results);
    });
  }

  #evict(pending: Pending, nodeId: NodeId, cause: WriteFault): void {
    const { partition } = pending.write;
    const onDelayed = () => {
      this.#one(partition, ({ acks }) => acks.evictionsDelayed(false));
      const { clock } = this.#parts;
      // The answer has a way to go before its caller gives up.
      const waitMs = (this.#batch.deadlineAtMs - clock.nowMs()) * DELAY_RATIO;
      clock.setTimer(Math.max(0, waitMs), () =>
        this.#one(partition, ({ acks }) => acks.evictionsDelayed(true)),
      );
    };
    const ref = this.#ref(partition, nodeId);
    void this.#parts.inSync.evict(ref, cause, onDelayed).then((outcome) => {
      this.#one(partition, ({ acks }) =>
        outcome.status === 'evicted'
          ? acks.evicted(nodeId)
          : acks.evictionRefused(nodeId, outcome.detail),
      );
    });
  }

  #settle({ write, retryAfterMs }: Pending, settlement: WriteSettlement): void {
    this.#settled.push({ write, settlement, retryAfterMs });
    if (this.#settled.length < this.#batch.writes.length) return;
    this.#timer?.cancel();
    this.#observer.onSettled(this.#settled);
  }

  #finishIfDone(): void {
    if (this.#pending.size === 0) this.#observer.onFinished();
  }

  #ref(partition: Partition, nodeId: NodeId): ReplicaRef {
    return { collectionId: this.#batch.collectionId, partition, nodeId };
  }
}
