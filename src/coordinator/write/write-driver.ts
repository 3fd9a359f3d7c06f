/**
 * Sends the writes of one batch to every replica and resolves when each partition's write is settled.
 * Calls to replicas that nobody waits for any more run on: a write, once sent, is not taken back.
 */
import type { Clock } from '../../base/clock.js';
import type { CollectionId, NodeId, Partition } from '../../base/ids.js';
import type { WriteTarget, WriteTargetReply } from '../../wire/link-messages.js';
import type { NodeRegistry } from '../nodes/node-registry.js';
import type { LinkOutcome } from '../transport/shard-link.js';
import { acksRequired, type Consistency, WriteAcks, type WriteSettlement } from './write-acks.js';
import { type PartitionWrite, targetsByNode } from './write-plan.js';

export interface SettledWrite {
  write: PartitionWrite;
  settlement: WriteSettlement;
}

interface PendingWrite {
  write: PartitionWrite;
  acks: WriteAcks;
}

export function runWrites(
  collection: CollectionId,
  writes: readonly PartitionWrite[],
  consistency: Consistency,
  timeoutMs: number,
  nodes: NodeRegistry,
  clock: Clock,
): Promise<SettledWrite[]> {
  return new Promise((resolve) => {
    const run = new WriteRun(writes, consistency, resolve);
    for (const [nodeId, targets] of targetsByNode(writes)) {
      sendToNode(collection, nodeId, targets, timeoutMs, nodes, clock, run);
    }
  });
}

function sendToNode(
  collection: CollectionId,
  nodeId: NodeId,
  targets: WriteTarget[],
  timeoutMs: number,
  nodes: NodeRegistry,
  clock: Clock,
  run: WriteRun,
): void {
  const node = nodes.get(nodeId);
  if (node === undefined) {
    clock.defer(() => run.nodeFailed(nodeId, targets, 'unavailable', 'not in the topology'));
    return;
  }
  node.link.send({ kind: 'write', collection, targets }, timeoutMs, (outcome) => {
    nodes.noteOutcome(node, outcome);
    run.nodeAnswered(nodeId, targets, outcome);
  });
}

class WriteRun {
  readonly #pending = new Map<Partition, PendingWrite>();
  readonly #settled: SettledWrite[] = [];
  readonly #resolve: (settled: SettledWrite[]) => void;

  constructor(
    writes: readonly PartitionWrite[],
    consistency: Consistency,
    resolve: (settled: SettledWrite[]) => void,
  ) {
    this.#resolve = resolve;
    for (const write of writes) {
      const replicaCount = write.inSync.length + write.recovering.length;
      const required = acksRequired(consistency, write.inSync.length, replicaCount);
      const acks = new WriteAcks(write.inSync, required, write.ops.length);
      this.#pending.set(write.partition, { write, acks });
    }
    if (writes.length === 0) resolve([]);
  }

  nodeAnswered(nodeId: NodeId, targets: readonly WriteTarget[], outcome: LinkOutcome): void {
    if (outcome.status !== 'ok') {
      this.nodeFailed(nodeId, targets, outcome.status, outcome.detail);
      return;
    }
    const replies = outcome.reply.kind === 'write' ? outcome.reply.targets : [];
    const byPartition = new Map(replies.map((reply) => [reply.partition, reply]));
    for (const { partition } of targets) {
      this.#replicaAnswered(nodeId, partition, byPartition.get(partition));
    }
  }

  nodeFailed(
    nodeId: NodeId,
    targets: readonly WriteTarget[],
    status: Exclude<LinkOutcome['status'], 'ok'>,
    detail: string,
  ): void {
    for (const { partition } of targets) {
      this.#pending.get(partition)?.acks.failed(nodeId, status, detail);
      this.#settleIfDone(partition);
    }
  }

  #replicaAnswered(
    nodeId: NodeId,
    partition: Partition,
    reply: WriteTargetReply | undefined,
  ): void {
    const acks = this.#pending.get(partition)?.acks;
    if (acks === undefined) return;
    if (reply === undefined) acks.failed(nodeId, 'missing', 'no answer for this partition');
    else if (reply.status === 'ok') acks.acknowledged(nodeId, reply.results);
    else acks.failed(nodeId, reply.status, reply.detail);
    this.#settleIfDone(partition);
  }

  #settleIfDone(partition: Partition): void {
    const pending = this.#pending.get(partition);
    const settlement = pending?.acks.settlement;
    if (pending === undefined || settlement === undefined) return;
    this.#pending.delete(partition);
    this.#settled.push({ write: pending.write, settlement });
    if (this.#pending.size === 0) this.#resolve(this.#settled);
  }
}
