/** Rows on their way to becoming hits: distances in double precision, the one order, the k nearest. */
import { compareHits } from '../src/base/hit-order.js';
import type { LinkHit } from '../src/wire/link-messages.js';
import { packVector } from '../src/wire/vector-codec.js';
import type { Row } from './store/partition-store.js';

/** What a search wants to know of each hit beside its id and distance. */
export interface HitParts {
  includeText: boolean;
  includeMetadata: boolean;
  includeVector: boolean;
}

/** A copy of what is wanted: the row's bytes may be overwritten afterwards. */
export function hitOf(row: Row, distance: number, parts: HitParts): LinkHit {
  const hit: LinkHit = { id: row.id, distance, version: row.version };
  if (parts.includeText) hit.text = Buffer.from(row.text);
  if (parts.includeMetadata) hit.metadata = Buffer.from(row.metadata);
  if (parts.includeVector) hit.vector = Buffer.from(packVector(row.vector));
  return hit;
}

/** About what a hit takes in a reply. */
export function hitBytes(hit: LinkHit): number {
  const parts =
    (hit.text?.byteLength ?? 0) + (hit.metadata?.byteLength ?? 0) + (hit.vector?.byteLength ?? 0);
  return 48 + hit.id.length * 3 + parts;
}

const KEPT_MIN = 64;

/**
 * The k nearest of any number of rows. Keeps up to twice as many, and sorts when they are too many, or
 * take too much memory; when even the k nearest so far would, it gives up and is `isTooLarge`.
 */
export class NearestRows {
  readonly #k: number;
  readonly #parts: HitParts;
  readonly #bytesMax: number;
  readonly #keptMax: number;
  #hits: LinkHit[] = [];
  #bytes = 0;
  #worstDistance = Number.POSITIVE_INFINITY;

  constructor(k: number, parts: HitParts, bytesMax: number) {
    this.#k = k;
    this.#parts = parts;
    this.#bytesMax = bytesMax;
    this.#keptMax = Math.max(KEPT_MIN, 2 * k);
  }

  /** About what the hits take in a reply. */
  get bytes(): number {
    return this.#bytes;
  }

  get isTooLarge(): boolean {
    return this.#bytes > this.#bytesMax;
  }

  offer(row: Row, distance: number): void {
    if (distance > this.#worstDistance || this.isTooLarge) return;
    const hit = hitOf(row, distance, this.#parts);
    this.#hits.push(hit);
    this.#bytes += hitBytes(hit);
    if (this.#hits.length < this.#keptMax && !this.isTooLarge) return;
    this.#prune();
    if (this.isTooLarge) this.#hits = [];
  }

  /** Nearest first; none when they are too large. */
  take(): LinkHit[] {
    this.#prune();
    return this.#hits;
  }

  #prune(): void {
    this.#hits.sort(compareHits);
    if (this.#hits.length < this.#k) return;
    while (this.#hits.length > this.#k) {
      const dropped = this.#hits.pop();
      if (dropped !== undefined) this.#bytes -= hitBytes(dropped);
    }
    this.#worstDistance = this.#hits[this.#k - 1]?.distance ?? Number.POSITIVE_INFINITY;
  }
}
