/**
 * When a graph is saved, and when it is built anew: plain arithmetic over what happened to it.
 *
 * Saving bounds what a restart has to insert again. It comes after so many changes, once changes have
 * ceased (a bulk load is over), and now and then in any case.
 */

export interface GraphUpkeepOptions {
  /** A graph is built anew once this share of its vectors were removed: 0.05..1. */
  rebuildRemovedRatio: number;
  /** ... and at least this many. */
  rebuildRemovedCountMin: number;
  /**
   * A graph that lacks more than half of the rows is built off the event loop when it lacks at least
   * this many: fewer are inserted in slices as fast.
   */
  buildPendingCountMin: number;
  /** A graph is saved after this many changes ... */
  saveChangeCountMin: number;
  /** ... and at least this share of its vectors: 0.01..10. */
  saveChangeRatio: number;
  /** A graph is saved when nothing changed for so long ... */
  saveQuietMs: number;
  /** ... since at least this many changes. */
  saveQuietChangeCountMin: number;
  /** A changed graph is saved this long after the last time, however little changed. */
  saveIntervalMs: number;
}

export const graphUpkeepDefaults: GraphUpkeepOptions = {
  rebuildRemovedRatio: 0.25,
  rebuildRemovedCountMin: 1000,
  buildPendingCountMin: 5000,
  saveChangeCountMin: 20_000,
  saveChangeRatio: 0.2,
  saveQuietMs: 3000,
  saveQuietChangeCountMin: 500,
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

/** True when the graph lacks so much that another one is built sooner than it catches up. */
export function needsBuild(
  options: GraphUpkeepOptions,
  documentCount: number,
  pendingCount: number,
): boolean {
  return pendingCount >= options.buildPendingCountMin && pendingCount * 2 > documentCount;
}

/** What happened to a graph since it was saved. */
export interface GraphChanges {
  changeCount: number;
  sinceSaveMs: number;
  sinceChangeMs: number;
}

/** True when a restart would have much to make up for, or the file is old. */
export function needsSave(
  options: GraphUpkeepOptions,
  count: number,
  { changeCount, sinceSaveMs, sinceChangeMs }: GraphChanges,
): boolean {
  if (changeCount === 0) return false;
  if (sinceSaveMs >= options.saveIntervalMs) return true;
  const { saveQuietMs, saveQuietChangeCountMin } = options;
  if (sinceChangeMs >= saveQuietMs && changeCount >= saveQuietChangeCountMin) return true;
  return changeCount >= Math.max(options.saveChangeCountMin, count * options.saveChangeRatio);
}
