/**
 * Which nodes have been down for so long that they are not waited for any more. When more than half
 * of all are, it is the looking that is wrong (or nothing can be mended any way), and none is.
 */
import type { NodeId } from '../../base/ids.js';

export class AwayNodes {
  readonly #replaceAfterMs: number;
  readonly #downSinceMs = new Map<NodeId, number>();
  #away: ReadonlySet<NodeId> = new Set();

  constructor(replaceAfterMs: number) {
    this.#replaceAfterMs = replaceAfterMs;
  }

  update(nodes: readonly { nodeId: NodeId; isUp: boolean }[], nowMs: number): void {
    const known = new Set(nodes.map(({ nodeId }) => nodeId));
    for (const nodeId of this.#downSinceMs.keys()) {
      if (!known.has(nodeId)) this.#downSinceMs.delete(nodeId);
    }
    for (const { nodeId, isUp } of nodes) {
      if (isUp) this.#downSinceMs.delete(nodeId);
      else if (!this.#downSinceMs.has(nodeId)) this.#downSinceMs.set(nodeId, nowMs);
    }
    const away = [...this.#downSinceMs]
      .filter(([, sinceMs]) => nowMs - sinceMs >= this.#replaceAfterMs)
      .map(([nodeId]) => nodeId);
    this.#away = new Set(away.length * 2 > nodes.length ? [] : away);
  }

  isAway(nodeId: NodeId): boolean {
    return this.#away.has(nodeId);
  }
}
