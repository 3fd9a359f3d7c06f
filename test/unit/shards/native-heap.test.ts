import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, vi } from 'vitest';
import { openNativeHeap } from '../../../shards/native-heap.js';
import { silentLogger } from '../../../src/base/logger.js';

/** Some pages, and few enough to lie in the heap. */
const LARGE_BYTES = 16_384;
/** Too many to lie in V8's. */
const SMALL_BYTES = 128;
const PAIRS = 5_000;

function residentBytes(): number {
  const status = readFileSync('/proc/self/status', 'utf8');
  return Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

/** What is large is let go of, and what is small stays between its places. */
function leaveHoles(): Uint8Array[] {
  const large: Uint8Array[] = [];
  const small: Uint8Array[] = [];
  for (let i = 0; i < PAIRS; i += 1) {
    large.push(new Uint8Array(LARGE_BYTES).fill(1));
    small.push(new Uint8Array(SMALL_BYTES).fill(1));
  }
  return small;
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } };

describe.runIf(report.header?.glibcVersionRuntime)('the native heap', () => {
  it('gives back the holes between what stays', async () => {
    const trim = await openNativeHeap(silentLogger);
    const kept = leaveHoles();
    collectGarbage();
    const before = residentBytes();
    await vi.waitFor(() => {
      // The buffers' memory may be let go of after the collection, on another thread.
      collectGarbage();
      trim();
      expect(before - residentBytes()).toBeGreaterThan((PAIRS * LARGE_BYTES) / 4);
    });
    expect(kept.every((bytes) => bytes[0] === 1 && bytes[SMALL_BYTES - 1] === 1)).toBe(true);
  });
});
