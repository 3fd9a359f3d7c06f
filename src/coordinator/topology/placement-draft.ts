/**
 * A placement in the making: who holds what, how loaded each node is, and the two ways of changing
 * it. `fill` takes nodes in the order of the ring; `level` then mends what the ring alone cannot see
 * (a node that no walk reached early enough, the last partition that found everyone full) by moving
 * single replicas, or chains of them, to where they are wanted.
 *
 * Nodes are numbers here, 0 .. n - 1.
 */
import type { LoadBounds, ZoneSpread } from './placement-shares.js';

export interface DraftNode {
  zone: number;
  target: number;
  bounds: LoadBounds;
}

export interface DraftRules {
  nodes: readonly DraftNode[];
  copies: number;
  spread: ZoneSpread;
  /** All nodes in the order of the ring, by partition. */
  walks: readonly (readonly number[])[];
  /** All nodes in an order of the collection's own, in which ties are settled. */
  tieOrder: readonly number[];
}

interface Step {
  partition: number;
  from: number;
  to: number;
}

export class PlacementDraft {
  readonly holders: number[][];
  readonly loads: number[];
  readonly #rules: DraftRules;
  readonly #tieRank: number[];
  /** What each partition had before `fill`. */
  readonly #kept = new Map<number, number[]>();

  constructor(rules: DraftRules) {
    this.#rules = rules;
    this.holders = rules.walks.map(() => []);
    this.loads = rules.nodes.map(() => 0);
    this.#tieRank = rules.nodes.map((_, node) => rules.tieOrder.indexOf(node));
  }

  /** Puts a copy on a node unless it has one, the zone is full or all copies are placed. */
  add(partition: number, node: number): boolean {
    const held = this.holders[partition] as number[];
    if (held.length >= this.#rules.copies || held.includes(node)) return false;
    if (!this.#hasRoomInZone(held, this.#zone(node))) return false;
    held.push(node);
    this.#addLoad(node, 1);
    return true;
  }

  /** Places the missing copies of a partition: on nodes below their bound, else wherever it must. */
  fill(partition: number): void {
    const { walks, nodes } = this.#rules;
    const walk = walks[partition] as number[];
    this.#kept.set(partition, [...(this.holders[partition] as number[])]);
    for (const node of walk) {
      if ((this.loads[node] as number) < (nodes[node] as DraftNode).bounds.max) {
        this.add(partition, node);
      }
    }
    for (const node of walk) this.add(partition, node);
  }

  /** Moves replicas until every node is within its bounds, or nothing more can be done. */
  level(): void {
    const { nodes } = this.#rules;
    const order = () => this.#leastLoadedFirst();
    const bounds = (node: number) => (nodes[node] as DraftNode).bounds;
    const load = (node: number) => this.loads[node] as number;
    const isOver = (node: number) => load(node) > bounds(node).max;
    const isUnder = (node: number) => load(node) < bounds(node).min;
    const canGive = (node: number) => load(node) > bounds(node).min;
    const canTake = (node: number) => load(node) < bounds(node).max;
    while (order().some(isOver) && this.#shift(order().filter(isOver), canTake));
    while (order().some(isUnder) && this.#shift(order().filter(canGive), isUnder));
  }

  /** Moves one replica's worth of load from one of `givers` to a node that `wants` it. */
  #shift(givers: number[], wants: (node: number) => boolean): boolean {
    const reached = new Map<number, Step | undefined>();
    const queue = givers.reverse();
    for (const node of queue) reached.set(node, undefined);
    const takers = this.#leastLoadedFirst();
    for (let i = 0; i < queue.length; i += 1) {
      const from = queue[i] as number;
      for (const to of takers) {
        if (reached.has(to)) continue;
        const step = this.#bestStep(from, to);
        if (step === undefined) continue;
        reached.set(to, step);
        if (wants(to)) return this.#apply(to, reached);
        queue.push(to);
      }
    }
    return false;
  }

  #apply(last: number, reached: ReadonlyMap<number, Step | undefined>): boolean {
    for (let step = reached.get(last); step !== undefined; step = reached.get(step.from)) {
      if (!this.#canMove(step.partition, step.from, step.to)) return false;
      const held = this.holders[step.partition] as number[];
      held[held.indexOf(step.from)] = step.to;
      this.#addLoad(step.from, -1);
      this.#addLoad(step.to, 1);
    }
    return true;
  }

  /**
   * Of the partitions that may move between two nodes, the one whose walk meets `to` soonest. First
   * those whose copy on `from` is only planned: no data that is there leaves its place for them.
   */
  #bestStep(from: number, to: number): Step | undefined {
    let best: Step | undefined;
    let bestRank = Number.POSITIVE_INFINITY;
    for (let partition = 0; partition < this.holders.length; partition += 1) {
      if (!this.#canMove(partition, from, to)) continue;
      const walk = this.#rules.walks[partition] as number[];
      const rank = walk.indexOf(to) + (this.#isKept(partition, from) ? walk.length : 0);
      if (rank < bestRank) {
        best = { partition, from, to };
        bestRank = rank;
      }
    }
    return best;
  }

  #isKept(partition: number, node: number): boolean {
    return this.#kept.get(partition)?.includes(node) ?? false;
  }

  #canMove(partition: number, from: number, to: number): boolean {
    const held = this.holders[partition] as number[];
    if (!held.includes(from) || held.includes(to)) return false;
    const zoneFrom = this.#zone(from);
    const zoneTo = this.#zone(to);
    if (zoneFrom === zoneTo) return true;
    const { min, max } = this.#rules.spread;
    return (
      this.#countInZone(held, zoneFrom) > (min[zoneFrom] as number) &&
      this.#countInZone(held, zoneTo) < (max[zoneTo] as number)
    );
  }

  /** Every zone's minimum is kept free for it; the rest may go wherever the maximum allows. */
  #hasRoomInZone(held: readonly number[], zone: number): boolean {
    const { min, max } = this.#rules.spread;
    const count = this.#countInZone(held, zone);
    if (count < (min[zone] as number)) return true;
    if (count >= (max[zone] as number)) return false;
    const owed = min.reduce((sum, m, z) => sum + Math.max(0, m - this.#countInZone(held, z)), 0);
    return held.length + owed < this.#rules.copies;
  }

  #countInZone(held: readonly number[], zone: number): number {
    let count = 0;
    for (const node of held) if (this.#zone(node) === zone) count += 1;
    return count;
  }

  #leastLoadedFirst(): number[] {
    const fullness = (node: number) =>
      (this.loads[node] as number) / (this.#rules.nodes[node] as DraftNode).target;
    const rank = (node: number) => this.#tieRank[node] as number;
    return this.loads
      .map((_, node) => node)
      .sort((a, b) => fullness(a) - fullness(b) || rank(a) - rank(b));
  }

  #zone(node: number): number {
    return (this.#rules.nodes[node] as DraftNode).zone;
  }

  #addLoad(node: number, change: number): void {
    this.loads[node] = (this.loads[node] as number) + change;
  }
}
