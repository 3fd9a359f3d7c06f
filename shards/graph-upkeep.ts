/** When a graph is saved, and when it is built anew: plain arithmetic over what happened to it. */

export interface GraphUpkeepOptions {
  /** A graph is built anew once this share of its vectors were removed: 0.05..1. */
  rebuildRemovedRatio: number;
  /** ... and at least this many. */
  rebuildRemovedCountMin: number;
  /** A graph is saved after this many changes ... */
  saveChangeCountMin: number;
  /** ... and at least this share of its vectors: 0.01..10. */
  saveChangeRatio: number;
  /** A changed graph is saved this long after the last time, however little changed. */
  saveIntervalMs: number;
}

export const graphUpkeepDefaults: GraphUpkeepOptions = {
  rebuildRemovedRatio: 0.25,
  rebuildRemovedCountMin: 1000,
  saveChangeCountMin: 20_000,
  saveChangeRatio: 0.2,
  saveIntervalMs: 300_000,
};

/** True when so much of the graph is dead that searches wade through it. */
export function needsRebuild(
  options: GraphUpkeepOptions,
  count: number,
  removedCount: number,
): boolean {
  const total = count + removedCount;
  return (
    removedCount >= options.rebuildRemovedCountMin &&
    removedCount > total * options.rebuildRemovedRatio
  );
}

/** True when a restart would have much to make up for, or the file is old. */
export function needsSave(
  options: GraphUpkeepOptions,
  count: number,
  changeCount: number,
  sinceSaveMs: number,
): boolean {
  if (changeCount === 0) return false;
  if (sinceSaveMs >= options.saveIntervalMs) return true;
  return changeCount >= Math.max(options.saveChangeCountMin, count * options.saveChangeRatio);
}
