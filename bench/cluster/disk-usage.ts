import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const BLOCK_BYTES = 512;

/** What the files under a folder take on disk: blocks, not lengths, since files may be sparse. */
export function diskUsageBytes(directory: string): number {
  let total = 0;
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    // Files may go while they are being counted.
    const facts = lstatSync(path, { throwIfNoEntry: false });
    if (facts === undefined) continue;
    total += entry.isDirectory() ? diskUsageBytes(path) : facts.blocks * BLOCK_BYTES;
  }
  return total;
}
