/**
 * Live writes on their way to replicas that are recovering: which are under way, and which replicas
 * writes wait for because they are about to be put in sync.
 */
import type { CollectionId, NodeId, Partition } from '../../base/ids.js';
import type { ReplicaRef } from '../topology/replica-transitions.js';

const NOBODY: ReadonlySet<NodeId> = new Set();

interface Await {
  hasMissed: boolean;
}

export class RecoveringWrites {
  /** By replica: the ends of writes under way that somebody waits for. */
  readonly #underWay = new Map<string, Set<Promise<void>>>();
  readonly #awaited = new Map<string, Map<NodeId, Await>>();

  /** A write was sent to the replica; the result is to be called when it is over. */
  begin(ref: ReplicaRef): () => void {
    const key = replicaKey(ref);
    const writes = this.#underWay.get(key) ?? new Set();
    this.#underWay.set(key, writes);
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    writes.add(ended);
    return () => {
      end();
      writes.delete(ended);
      if (writes.size === 0 && this.#underWay.get(key) === writes) this.#underWay.delete(key);
    };
  }

  awaited(collectionId: CollectionId, partition: Partition): ReadonlySet<NodeId> {
    const awaited = this.#awaited.get(partitionKey({ collectionId, partition }));
    return awaited === undefined ? NOBODY : new Set(awaited.keys());
  }

  /** From now on writes wait for it too; resolves when those sent before are over. */
  async startAwaiting(ref: ReplicaRef): Promise<void> {
    const key = partitionKey(ref);
    const awaited = this.#awaited.get(key) ?? new Map<NodeId, Await>();
    this.#awaited.set(key, awaited.set(ref.nodeId, { hasMissed: false }));
    await Promise.all(this.#underWay.get(replicaKey(ref)) ?? []);
  }

  stopAwaiting(ref: ReplicaRef): void {
    const awaited = this.#awaited.get(partitionKey(ref));
    awaited?.delete(ref.nodeId);
    if (awaited?.size === 0) this.#awaited.delete(partitionKey(ref));
  }

  noteMissed(ref: ReplicaRef): void {
    const found = this.#awaited.get(partitionKey(ref))?.get(ref.nodeId);
    if (found !== undefined) found.hasMissed = true;
  }

  /** Since it is waited for. */
  hasMissed(ref: ReplicaRef): boolean {
    return this.#awaited.get(partitionKey(ref))?.get(ref.nodeId)?.hasMissed ?? false;
  }
}

function partitionKey({ collectionId, partition }: Omit<ReplicaRef, 'nodeId'>): string {
  return `${collectionId}/${partition}`;
}

export function replicaKey(ref: ReplicaRef): string {
  return `${partitionKey(ref)}/${ref.nodeId}`;
}
