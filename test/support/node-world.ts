/** One shard node on a virtual clock, with simulated disks, and short ways to ask it. */
import type { ReplicaAssignment } from '../../shards/link-handler.js';
import { type NodeLimits, nodeLimitDefaults } from '../../shards/node-limits.js';
import type { NodeRecord } from '../../shards/node-record.js';
import { ReplicaSet } from '../../shards/replica-set.js';
import { Scheduler, schedulerDefaults } from '../../shards/scheduler.js';
import { ShardNode } from '../../shards/shard-node.js';
import { collectionId } from '../../src/base/ids.js';
import { silentLogger } from '../../src/base/logger.js';
import { makeVersion } from '../../src/base/version.js';
import type {
  LinkReply,
  LinkRequest,
  NodeLoad,
  SearchCall,
  WriteCall,
  WriteOp,
} from '../../src/wire/link-messages.js';
import type { ConnectRecoveryPeer } from '../../src/wire/recovery-messages.js';
import { encodeWriteOps } from '../../src/wire/write-ops-codec.js';
import { MemoryReplicaHome, type SimulatedReplicas } from './memory-replica-home.js';
import { MortalClock } from './mortal-clock.js';
import { noPeer } from './no-peer.js';
import { DIMENSION, smallLimits } from './partition-world.js';
import { VirtualClock } from './virtual-clock.js';

export const collection = collectionId('c0ffee');

export interface Answer {
  reply: LinkReply;
  load: NodeLoad;
}

export class NodeWorld {
  readonly clock = new VirtualClock();
  readonly replicas: SimulatedReplicas = new Map();
  record: NodeRecord = { format: 1, nodeId: 'n1', epoch: 0, replicas: [] };
  node: ShardNode;
  connectPeer: ConnectRecoveryPeer = noPeer;
  #process: MortalClock;
  #counter = 0;

  constructor(readonly limits: Partial<NodeLimits> = {}) {
    this.#process = new MortalClock(this.clock);
    this.node = this.#newNode();
  }

  /** The process dies and is started again; what was durable is there. */
  async restart(): Promise<void> {
    this.#process.die();
    for (const { disk } of this.replicas.values()) disk.crash();
    this.#process = new MortalClock(this.clock);
    this.node = this.#newNode();
    await this.settled(this.node.reopen());
  }

  assign(epoch: number, replicas: readonly ReplicaAssignment[], cluster = 'cluster-1') {
    return this.settled(this.node.assign(cluster, epoch, replicas));
  }

  ask(request: LinkRequest, deadlineAtMs = Number.POSITIVE_INFINITY): Promise<Answer> {
    return new Promise((resolve) => {
      this.node.handle(request, deadlineAtMs, (reply, load) => resolve({ reply, load }));
    });
  }

  /** The answer, once virtual time has brought it. */
  async answer(request: LinkRequest, deadlineAtMs?: number): Promise<LinkReply> {
    return (await this.settled(this.ask(request, deadlineAtMs))).reply;
  }

  writeOf(ops: readonly WriteOp[], partition = 0, generation = 1): WriteCall {
    this.#counter += 1;
    const version = makeVersion(this.clock.wallMs(), this.#counter, 0);
    const target = { partition, generation, version, ops: encodeWriteOps(ops) };
    return { kind: 'write', collection, targets: [target] };
  }

  async settled<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const mark = () => {
      isSettled = true;
    };
    promise.then(mark, mark);
    await this.clock.runUntilTrue(() => isSettled);
    return promise;
  }

  #newNode(): ShardNode {
    const clock = this.#process;
    const scheduler = new Scheduler(clock, { ...schedulerDefaults, queueLimit: 4 });
    const home = new MemoryReplicaHome(clock, scheduler, this.replicas, smallLimits);
    return new ShardNode({
      clock,
      logger: silentLogger,
      scheduler,
      replicas: new ReplicaSet(home, silentLogger),
      record: this.record,
      saveRecord: (record) => {
        this.record = structuredClone(record);
      },
      limits: { ...nodeLimitDefaults, ...this.limits },
      connectPeer: (address) => this.connectPeer(address),
    });
  }
}

export function replicaOf(partition = 0, generation = 1, create = true): ReplicaAssignment {
  const graph = { m: 8, efConstruction: 32, metric: 'l2' as const };
  return { collection, partition, generation, dimension: DIMENSION, ...graph, create };
}

export function searchOf(
  vector: number[],
  { k = 10, exact = false, partition = 0, generation = 1 } = {},
): SearchCall {
  return {
    kind: 'search',
    collection,
    vector: Float32Array.from(vector),
    exact,
    includeText: true,
    includeMetadata: false,
    includeVector: false,
    targets: [{ partition, generation, k, ef: k }],
  };
}
