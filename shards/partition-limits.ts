/** What one replica may hold in memory, and how it keeps its graph. */
import type { FlatRoomLimits } from './flat-room.js';
import type { GraphUpkeepOptions } from './graph-upkeep.js';

export interface PartitionLimits extends GraphUpkeepOptions {
  /** Vector elements that the flat buffer may hold before writes wait: 256 rows at least. */
  flatFloatsMax: number;
  /** The same while searches arrive: smaller, since taking in writes fast slows searches down. */
  searchedFlatFloatsMax: number;
  /**
   * Vector elements that may be in the flat buffer at the start, so as to be searchable at once, and
   * while a graph is built of them. More of them: the replica is loading instead.
   */
  openingFlatFloatsMax: number;
}

const FLAT_ROWS_MIN = 256;

export function flatRoomLimits(limits: PartitionLimits, dimension: number): FlatRoomLimits {
  const rowsOf = (floats: number) => Math.max(FLAT_ROWS_MIN, Math.floor(floats / dimension));
  return {
    rowsMax: rowsOf(limits.flatFloatsMax),
    searchedRowsMax: rowsOf(limits.searchedFlatFloatsMax),
    buildingRowsMax: rowsOf(limits.openingFlatFloatsMax),
  };
}
