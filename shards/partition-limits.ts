/** What one replica may hold in memory, and how it keeps its graph. */
import type { GraphUpkeepOptions } from './graph-upkeep.js';

export interface PartitionLimits extends GraphUpkeepOptions {
  /** Vector elements that the flat buffer may hold before writes wait: 256 rows at least. */
  flatFloatsMax: number;
  /**
   * Vector elements that may be in the flat buffer at the start, so as to be searchable at once, and
   * while a graph is built of them. More of them: the replica is loading instead.
   */
  openingFlatFloatsMax: number;
  /** How long it is remembered that a document was deleted. Default 24 h. */
  tombstoneGraceMs?: number;
}

const FLAT_ROWS_MIN = 256;

export function flatRowsOf(floats: number, dimension: number): number {
  return Math.max(FLAT_ROWS_MIN, Math.floor(floats / dimension));
}
