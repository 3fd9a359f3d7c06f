/** What operators may do to single replicas. */
import { AnnulusError, invalidField } from '../../base/errors.js';
import type { NodeId, Partition } from '../../base/ids.js';
import type { Logger } from '../../base/logger.js';
import type { ReplicaReport } from '../../wire/link-messages.js';
import { type NodeRegistry, replicaKey } from '../nodes/node-registry.js';
import { isSearchable, isWhole } from '../nodes/replica-conditions.js';
import { forceInSync, giveUpInSync } from '../topology/replica-transitions.js';
import type { CollectionEntry, ReplicaEntry } from '../topology/topology.js';
import type { TopologyKeeper } from '../topology-keeper.js';

export interface ForcedInSync {
  generation: number;
  documentCount: number;
  documentCountBefore: number;
}

export class ReplicaAdmin {
  readonly #topology: TopologyKeeper;
  readonly #nodes: NodeRegistry;
  readonly #logger: Logger;

  constructor(topology: TopologyKeeper, nodes: NodeRegistry, logger: Logger) {
    this.#topology = topology;
    this.#nodes = nodes;
    this.#logger = logger;
  }

  /**
   * Puts one replica in sync although it may lack acknowledged writes, and takes all others out.
   * Of one that is damaged, what can be read stays. Rejects while a replica in sync can be reached:
   * then nothing is lost by waiting.
   */
  async forceInSync(
    collection: CollectionEntry,
    partition: Partition,
    nodeId: NodeId,
  ): Promise<ForcedInSync> {
    const replicas = collection.partitions[partition]?.replicas;
    if (replicas === undefined) {
      throw invalidField('partition', partition, `below ${collection.partitions.length}`);
    }
    const inSync = replicas.filter(({ state }) => state === 'in_sync');
    const reachable = inSync.find((replica) => this.#isUsable(collection, partition, replica));
    if (reachable !== undefined) {
      throw new AnnulusError(
        'FAILED_PRECONDITION',
        'REPLICA_IN_SYNC',
        `the replica on ${reachable.nodeId} is in sync and can be reached; nothing needs forcing`,
        { metadata: { node_id: reachable.nodeId } },
      );
    }
    const count = (id: NodeId) => this.#report(collection, partition, id)?.documentCount ?? 0;
    const documentCountBefore = Math.max(0, ...inSync.map((replica) => count(replica.nodeId)));
    const ref = { collectionId: collection.id, partition, nodeId };
    // What it reported last may be from before a restart.
    await this.#nodes.assign(nodeId);
    const wasDamaged = this.#report(collection, partition, nodeId)?.condition === 'corrupt';
    if (wasDamaged) {
      await this.#topology.update((current) => giveUpInSync(current, ref));
      await this.#nodes.assign(nodeId);
    }
    const condition = this.#report(collection, partition, nodeId)?.condition;
    // The graph of what was kept may have yet to be built.
    const isOpen = wasDamaged ? isWhole(condition) : isSearchable(condition);
    if (!isOpen || this.#nodes.get(nodeId)?.link.isConnected !== true) {
      throw new AnnulusError(
        'UNAVAILABLE',
        'PARTITION_UNAVAILABLE',
        `node ${nodeId} cannot be reached, or has no open replica of partition ${partition}` +
          saidOf(this.#report(collection, partition, nodeId)),
        { metadata: { node_id: nodeId } },
      );
    }
    const documentCount = count(nodeId);
    const topology = await this.#topology.update((current) => forceInSync(current, ref));
    this.#logger.error(
      { ...ref, documentCount, documentCountBefore },
      'an operator forced a replica in sync; acknowledged writes may be lost',
    );
    const entry = topology.collections.get(collection.id)?.partitions[partition];
    return { generation: entry?.generation ?? 0, documentCount, documentCountBefore };
  }

  #isUsable(collection: CollectionEntry, partition: Partition, { nodeId }: ReplicaEntry): boolean {
    if (this.#nodes.get(nodeId)?.link.isConnected !== true) return false;
    return isWhole(this.#report(collection, partition, nodeId)?.condition);
  }

  #report(
    { id }: CollectionEntry,
    partition: Partition,
    nodeId: NodeId,
  ): ReplicaReport | undefined {
    return this.#nodes.get(nodeId)?.reports.get(replicaKey(id, partition));
  }
}

function saidOf(report: ReplicaReport | undefined): string {
  if (report === undefined || report.condition === 'open') return '';
  return `: it is ${report.condition}${report.detail === '' ? '' : `, ${report.detail}`}`;
}
