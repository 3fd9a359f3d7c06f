/**
 * Two replicas on a virtual clock: a source in sync and one that recovers from it, with live writes
 * that reach both, each in its own time, and a receiver that may crash.
 */
import { type ExactGraphFile, ExactGraphKit } from '../../../../shards/exact-graph-kit.js';
import type { Graph } from '../../../../shards/graph-kit.js';
import { BucketSet } from '../../../../shards/recovery/bucket-set.js';
import { GraphExchange, type GraphKeeping } from '../../../../shards/recovery/graph-exchange.js';
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
import { TOMBSTONE_GRACE_MS } from '../../../../src/base/tombstone-horizon.js';
import { makeVersion, NO_VERSION, type Version } from '../../../../src/base/version.js';
import type { WriteOp } from '../../../../src/wire/link-messages.js';
import {
  decodeAnswer,
  decodeQuestion,
  encodeAnswer,
  encodeQuestion,
} from '../../../../src/wire/recovery-codec.js';
import type {
  PartitionSlice,
  RecoveryAnswer,
  RecoveryPeer,
  RecoveryQuestion,
} from '../../../../src/wire/recovery-messages.js';
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

/** Takes note of what a graph keeper would do. */
class FakeKeeping implements GraphKeeping {
  installed: Graph | undefined;
  readonly bulks: string[] = [];
  /** Offers to refuse because a save is under way. */
  savingCount = 0;

  freshen(): 'fresh' | 'saving' {
    this.savingCount -= 1;
    return this.savingCount >= 0 ? 'saving' : 'fresh';
  }

  async install(graph: Graph): Promise<boolean> {
    this.installed = graph;
    return true;
  }

  beginBulk(): boolean {
    this.bulks.push('begun');
    return true;
  }

  endBulk(): void {
    this.bulks.push('ended');
  }
}

class Replica {
  readonly disk: SimulatedDisk;
  readonly #world: VirtualClock;
  process: MortalClock;
  store: PartitionStore;
  contents: ReplicaContents;
  /** Its saved graph, and what it received of another's. */
  readonly graphFile: ExactGraphFile = {};
  keeping = new FakeKeeping();

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
    this.keeping = new FakeKeeping();
    const kit = new ExactGraphKit(this.process, DIMENSION, 'l2', this.graphFile, {
      pieceBytes: 500,
    });
    const graphs = new GraphExchange(this.process, kit, this.keeping);
    return new ReplicaContents(this.process, scheduler, this.store, graphs, TOMBSTONE_GRACE_MS, {
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
  graphRowsMin = 10;
  /** Only what belongs there is copied. */
  slice: PartitionSlice | undefined;
  readonly graphEnds: string[] = [];
  /** Sees, and may change, every answer on its way. */
  onAnswer: (answer: RecoveryAnswer, question: RecoveryQuestion) => RecoveryAnswer = (answer) =>
    answer;

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

  graphBytesOfSource(): number {
    const file = this.source.graphFile;
    const kit = new ExactGraphKit(this.clock, DIMENSION, 'l2', file);
    return kit.savedBytes().length;
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
      source: this.slice === undefined ? target : { ...target, slice: this.slice },
      replica,
      rules: {
        mode: 'mirror',
        horizon: NO_VERSION,
        mayBeLive: (id, sourceVersion) => contents.mayBeLive(id, sourceVersion),
      },
      clock: process,
      bytesPerSecond: 0,
      graphRowsMin: this.graphRowsMin,
      buckets: BucketSet.all(),
      onGraphCopied: (end) => {
        this.graphEnds.push(end.status);
      },
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
        return this.onAnswer(decodeAnswer(bytes), question);
      },
      close() {},
    };
  }
}

export function at(wallMs: number): Version {
  return makeVersion(wallMs, 0, 0);
}
