/**
 * The consistent-hash ring of shard nodes: from a key's place on, who comes first, second, third?
 *
 * The package `consistent-hash` holds the ring, but left alone it draws control points at random
 * and hashes keys to 24 bits in a way that puts similar names side by side. So both come from
 * `hash64`: node n's point i lies at hash64("n#i"), and a key is handed over as six characters of
 * four bits each, which the package's hash passes through unchanged. The ring has 2^29 places, the
 * package's 24 bits shifted left by 5; nothing is lost to its modulo.
 *
 * Two nodes can claim one place. It goes to the one whose id is smaller, whoever came first, and the
 * other does without: the ring is a function of the set of nodes.
 */
import ConsistentHash from 'consistent-hash';
import { hash64 } from '../../base/hash64.js';
import type { NodeId } from '../../base/ids.js';

const PLACE_BITS = 29n;
const RING_PLACES = 2 ** Number(PLACE_BITS);
const KEY_BITS = 24n;
const KEY_NIBBLES = 6;

/** Control points of a node of weight 1: arcs then differ by about 6 % (1 / sqrt(256)). */
export const POINTS_PER_WEIGHT = 256;
/** However heavy a node is. Beyond this its share is met by its bounds alone. */
export const POINTS_MAX = 4096;

export interface RingNode {
  nodeId: NodeId;
  weight: number;
}

/** The key under which the package files a text: evenly spread, whatever the texts look like. */
export function ringKey(text: string): string {
  const bits = Number(hash64(text) >> (64n - KEY_BITS));
  let key = '';
  for (let i = KEY_NIBBLES - 1; i >= 0; i -= 1) key += String.fromCharCode((bits >>> (i * 4)) & 15);
  return key;
}

/** Where a node's control points lie: 0 .. 2^29 - 1, each once. */
export function controlPoints(node: RingNode): number[] {
  const count = Math.min(POINTS_MAX, Math.max(1, Math.round(node.weight * POINTS_PER_WEIGHT)));
  const points = new Set<number>();
  for (let i = 0; i < count; i += 1) {
    points.add(Number(hash64(`${node.nodeId}#${i}`) >> (64n - PLACE_BITS)));
  }
  return [...points];
}

export class HashRing {
  readonly #ring = new ConsistentHash({ range: RING_PLACES });
  readonly #nodeCount: number;

  /** Node ids must differ. */
  constructor(nodes: readonly RingNode[]) {
    const taken = new Set<number>();
    const sorted = [...nodes].sort((a, b) => (a.nodeId < b.nodeId ? -1 : 1));
    for (const node of sorted) {
      const points = controlPoints(node).filter((point) => !taken.has(point));
      for (const point of points) taken.add(point);
      this.#ring.add(node.nodeId, points.length, points);
    }
    this.#nodeCount = sorted.length;
  }

  /** All nodes, each once, in the order in which they follow the text's place. */
  walk(text: string): NodeId[] {
    if (this.#nodeCount === 0) return [];
    const met = (this.#ring.get(ringKey(text), this.#nodeCount) ?? []) as NodeId[];
    return met;
  }
}
