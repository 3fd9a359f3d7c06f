/**
 * Bugs that are planted to see that they are noticed. One is in the store itself (`no-sync`); the
 * others are taken out of the recording, which is what it would be if the code lacked them.
 */
import type { DiskHistory } from './disk-history.js';

export const plants = [
  /** LMDB is told not to sync. */
  'no-sync',
  /** LMDB's two root pages are written without a sync of their own. */
  'no-root-sync',
  /** No folder is synced: names of new and renamed files may be lost. */
  'no-folder-sync',
  /** No file is synced, but for the root pages. */
  'no-file-sync',
  /** What is found after a kill is taken for durable. */
  'no-sync-at-open',
  /** Writes are acknowledged when they are sent. */
  'early-acknowledgement',
] as const;

export type Plant = (typeof plants)[number];

/** The history of the same process with the bug. */
export function plantInHistory(recorded: DiskHistory, plant: Plant | undefined): DiskHistory {
  switch (plant) {
    case 'no-root-sync':
      return changed(recorded, ({ changes }) => {
        for (const change of changes) if (change.kind === 'write') change.isSynced = false;
      });
    case 'no-folder-sync':
      return changed(recorded, (node) => {
        if (node.kind === 'folder') node.syncs.length = 0;
      });
    case 'no-file-sync':
      return changed(recorded, (node) => {
        if (node.kind === 'file') node.syncs.length = 0;
      });
    case 'no-sync-at-open':
      return changed(recorded, (node) => {
        // LMDB syncs what it keeps with fdatasync; fsync is what opening it does.
        const isStore = node.syncs.some(({ call }) => call === 'fdatasync');
        if (isStore) node.syncs = node.syncs.filter(({ call }) => call === 'fdatasync');
      });
    case 'early-acknowledgement': {
      const early = recorded.markers.flatMap(({ at, line }) => {
        const [what, round] = line.split(' ');
        if (what === 'acknowledged') return [];
        return what === 'sent'
          ? [
              { at, line },
              { at, line: `acknowledged ${round}` },
            ]
          : [{ at, line }];
      });
      recorded.markers.splice(0, recorded.markers.length, ...early);
      return recorded;
    }
    default:
      return recorded;
  }
}

function changed(
  history: DiskHistory,
  change: (node: DiskHistory['nodes'][number]) => void,
): DiskHistory {
  for (const node of history.nodes) change(node);
  return history;
}
