/**
 * Small files that are replaced as a whole: written aside, synced, renamed, and the folder synced that
 * has the name. So there is always a whole one, the one before or the new one; and the new one, for
 * good, once this has returned.
 */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncDirectory } from './sync-directory.js';

/** Throws what the file system throws; then the one before is still in its place, or the new one is. */
export function writeDurably(path: string, text: string, mode = 0o600): void {
  const aside = `${path}.tmp`;
  try {
    const file = openSync(aside, 'w', mode);
    try {
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(aside, path);
  } catch (error) {
    removeQuietly(aside);
    throw error;
  }
  syncDirectory(dirname(path));
}

/** The next attempt overwrites what is left of this one; what failed is more worth saying. */
function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {}
}
