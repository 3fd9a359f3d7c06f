/**
 * Two replicas on a virtual clock: a source in sync and one that recovers from it, with live writes
 * that reach both, each in its own time, and a receiver that may crash.
 */
import { BucketSet } from '../../../../shards/recovery/bucket-set.js';
import type { LevelledReplica } from '../../../../shards/recovery/levelled-replica.js';
import { Leveller } from '../../../../shards/recovery/leveller.js';
import { RecoverySource } from '../../../../shards/recovery/recovery-source.js';
import { ReplicaContents } from '../../../../shards/replica-contents.js';
import type { FencedReplica, ReplicaSet } from '../../../../shards/replica-set.js';
import { Scheduler } from '../../../../shards/scheduler.js';
import { MemoryPartitionStore } from '../../../../shards/store/memory-partition-store.js';
import type { PartitionStore } from '../../../../shards/store/partition-store.js';
import { SimulatedDisk } from '../../../../shards/store/simulated-disk.js';
import { delay } from '../../../../src/base/clock.js';
import { collectionId, nodeId } from '../../../../src/base/ids.js';
import { makeVersion, NO_VERSION, type Version } from '../../../../src/base/version.js';
import type { WriteOp } from '../../../../src/wire/link-messages.js';
import {
  decodeAnswer,
  decodeQuestion,
  encodeAnswer,
  encodeQuestion,
} from '../../../../src/wire/recovery-codec.js';
import type { RecoveryPeer } from '../../../../src/wire/recovery-messages.js';
import { MortalClock } from '../../../support/mortal-clock.js';
import { VirtualClock } from '../../../support/virtual-clock.js';

const DIMENSION = 2;
const target = {
  clusterId: 'c',
  nodeId: nodeId('source'),
  collection: collectionId('abc'),
  partition: 0,
  generation: 2,
};

class Replica {
  readonly disk: SimulatedDisk;
  readonly #world: VirtualClock;
  process: MortalClock;
  store: PartitionStore;
  contents: ReplicaContents;

  constructor(world: VirtualClock) {
    this.#world = world;
    this.disk = new SimulatedDisk(world, { syncMs: 2 });
    this.process = new MortalClock(world);
    this.store = new MemoryPartitionStore(this.disk, DIMENSION);
    this.contents = this.#open();
  }

  restart(): void {
    this.process.die();
    this.disk.crash();
    this.process = new MortalClock(this.#world);
    this.store = new MemoryPartitionStore(this.disk, DIMENSION);
    this.contents = this.#open();
  }

  write(version: Version, op: WriteOp): Promise<unknown> {
    this.contents.noteWrite(version, [op]);
    return this.store.write(version, [op]);
  }

  entries(): string[] {
    return Array.from(this.store.entries(''), ({ id, kind, version }) => {
      return `${id} ${kind} ${version} ${this.store.get(id)?.vector[0] ?? ''}`;
    });
  }

  #open(): ReplicaContents {
    const scheduler = new Scheduler(this.process);
    return new ReplicaContents(this.process, scheduler, this.store, undefined, {
      hasRoomFor: () => true,
      onChanges: () => {},
      onStoreError: () => {},
    });
  }
}

export class LevelWorld {
  readonly clock = new VirtualClock();
  readonly source = new Replica(this.clock);
  readonly receiver = new Replica(this.clock);
  leveller: Leveller | undefined;
  isEqual = false;
  askedCount = 0;

  /** The receiver is told of a generation in which it recovers; from now on writes are live. */
  begin(isComplete = true): void {
    this.receiver.contents.beginRecovery(isComplete);
    this.#level();
  }

  /** A new generation, without a restart of the process. */
  startOver(): void {
    this.leveller?.stop();
    this.begin();
  }

  crashReceiver(): void {
    this.leveller?.stop();
    this.receiver.restart();
    this.begin(false);
  }

  liveWrite(version: Version, op: WriteOp, sourceDelayMs: number, receiverDelayMs: number): void {
    this.clock.setTimer(sourceDelayMs, () => void this.source.write(version, op));
    this.clock.setTimer(receiverDelayMs, () => void this.receiver.write(version, op));
  }

  async settled(): Promise<void> {
    await this.clock.runForAsync(50);
  }

  #level(): void {
    this.isEqual = false;
    const { process, contents } = this.receiver;
    const replica: LevelledReplica = contents;
    const leveller = new Leveller({
      peer: this.#peer(process),
      source: target,
      replica,
      rules: {
        mode: 'mirror',
        horizon: NO_VERSION,
        mayBeLive: (id, sourceVersion) => contents.mayBeLive(id, sourceVersion),
      },
      clock: process,
      bytesPerSecond: 0,
      buckets: BucketSet.all(),
    });
    this.leveller = leveller;
    void leveller.run().then(({ status }) => {
      if (this.leveller === leveller) this.isEqual = status === 'equal';
    });
  }

  /** Questions and answers as bytes, a millisecond each way. */
  #peer(process: MortalClock): RecoveryPeer {
    const found = { partition: { contents: this.source.contents } } as FencedReplica;
    const replicas = { findSource: () => ({ status: 'ok', ...found }) };
    const source = new RecoverySource({
      nodeId: target.nodeId,
      clusterId: () => target.clusterId,
      replicas: replicas as unknown as ReplicaSet,
      clock: this.clock,
      answerBytesMax: 300,
    });
    return {
      ask: async (question) => {
        this.askedCount += 1;
        await delay(process, 1);
        const answer = await source.answer(decodeQuestion(encodeQuestion(question)));
        const bytes = encodeAnswer(answer);
        await delay(process, 1);
        return decodeAnswer(bytes);
      },
      close() {},
    };
  }
}

export function at(wallMs: number): Version {
  return makeVersion(wallMs, 0, 0);
}
