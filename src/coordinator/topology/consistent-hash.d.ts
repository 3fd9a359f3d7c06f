/** Types of the package `consistent-hash` 1.2.2, as far as it is used here. */
declare module 'consistent-hash' {
  class ConsistentHash {
    constructor(options?: { range?: number });
    /** Without explicit `points` they are drawn at random. */
    add(node: string, pointCount: number, points: number[]): this;
    /** The first `count` distinct nodes from the key's place on; null when the ring is empty. */
    get(key: string, count: number): string[] | null;
  }
  export = ConsistentHash;
}
