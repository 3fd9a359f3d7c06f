import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Makes the names in a directory durable: created, renamed and removed files. */
export function syncDirectory(directory: string): void {
  syncPath(directory);
}

/**
 * Makes what can be read in a file durable. A process that was killed may have left there what it had
 * written and not synced yet; whoever builds on it must see to that first.
 */
export function syncFile(file: string): void {
  syncPath(file);
}

/** Makes a directory, and those above it that do not exist, durably. */
export function makeDirectory(path: string, mode = 0o777): void {
  const directory = resolve(path);
  const first = mkdirSync(directory, { recursive: true, mode });
  if (first === undefined) return;
  for (let made = directory; made.length >= first.length; made = dirname(made)) {
    syncPath(dirname(made));
  }
}

function syncPath(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
