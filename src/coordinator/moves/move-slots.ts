/** How many moves may be under way at a time, in all and to each node. */
import type { NodeId } from '../../base/ids.js';
import type { MoveCause, Topology } from '../topology/topology.js';
import type { MoveOptions } from './move-controller.js';

/** It restores a copy that there should be. */
export function isRepair(cause: MoveCause): boolean {
  return cause === 'lost' || cause === 'copies';
}

/** Moves that restore copies have slots of their own, so that no other move is in their way. */
export class MoveSlots {
  readonly #options: MoveOptions;
  readonly #counts = new Map<string, number>();

  /** Counts what is under way; not what waits for a node that is down. */
  constructor(topology: Topology, options: MoveOptions, isUp: (nodeId: NodeId) => boolean) {
    this.#options = options;
    for (const { partitions } of topology.collections.values()) {
      for (const { replicas } of partitions) {
        for (const { nodeId, state, move } of replicas) {
          const isMoving = move !== undefined && move.cause !== 'split';
          if (!isMoving || state !== 'recovering' || !isUp(nodeId)) continue;
          this.#add(isRepair(move.cause), nodeId);
        }
      }
    }
  }

  take(cause: MoveCause, nodeId: NodeId): boolean {
    const isForRepair = isRepair(cause);
    if (cause === 'balance' && this.#count(true) > 0) return false;
    if (this.#count(isForRepair) >= this.#options.movesMax) return false;
    if (this.#count(isForRepair, nodeId) >= this.#options.movesPerNodeMax) return false;
    this.#add(isForRepair, nodeId);
    return true;
  }

  #count(isForRepair: boolean, nodeId = ''): number {
    return this.#counts.get(`${isForRepair}/${nodeId}`) ?? 0;
  }

  #add(isForRepair: boolean, nodeId: NodeId): void {
    for (const key of [`${isForRepair}/`, `${isForRepair}/${nodeId}`]) {
      this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    }
  }
}
