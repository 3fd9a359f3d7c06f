/**
 * What a node finds when it starts may not be on the disk yet: the one before was killed with a commit
 * under way. Power failing between the kill and the next commit is rare in any recording, so this is
 * looked for by itself: a store's file is synced before anything is written to it, or acknowledged.
 */
import type { DiskHistory } from './disk-history.js';

export function missingSyncsAtStart({ nodes, markers }: DiskHistory): string[] {
  const starts = markers.filter(({ line }) => line.startsWith('started')).map(({ at }) => at);
  const violations: string[] = [];
  for (const [index, start] of starts.entries()) {
    const nextStart = starts[index + 1] ?? Number.POSITIVE_INFINITY;
    const isOfThisLife = ({ beganAt }: { beganAt: number }) => {
      return beganAt > start && beganAt < nextStart;
    };
    const firstAcknowledgement = markers.find(
      ({ at, line }) => at > start && line.startsWith('acknowledged'),
    );
    for (const [node, { changes, syncs }] of nodes.entries()) {
      // LMDB's own syncs of what it writes; a file of an earlier life.
      const isStore = syncs.some(({ call }) => call === 'fdatasync');
      if (!isStore || !changes.some(({ beganAt }) => beganAt < start)) continue;
      const limits = [changes.find(isOfThisLife)?.beganAt, firstAcknowledgement?.at];
      const before = Math.min(...limits.map((at) => at ?? Number.POSITIVE_INFINITY));
      if (before > nextStart) continue;
      const isSynced = syncs.some((sync) => isOfThisLife(sync) && sync.endedAt < before);
      if (!isSynced)
        violations.push(`start ${index}: store file ${node} is used before it is synced`);
    }
  }
  return violations;
}
