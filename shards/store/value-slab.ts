/**
 * Memory for the values of one commit. Each by itself would be a piece of memory of its own outside the
 * JavaScript heap, many of them per document: they cost time, and while documents pour in they leave
 * holes that the process keeps. Together they are a few large pieces that come and go as wholes.
 */

/** Gives so many bytes of memory, not cleared. */
export type TakeBytes = (byteCount: number) => Buffer;

const SLAB_BYTES = 64 * 1024;
/** Vectors are copied, and read, faster where they are aligned. */
const ALIGNMENT = 8;

/** Begin one for each commit: what was taken keeps its whole slab alive. */
export function valueSlab(): TakeBytes {
  let slab = Buffer.alloc(0);
  let used = 0;
  return (byteCount) => {
    if (used + byteCount > slab.byteLength) {
      slab = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, byteCount));
      used = 0;
    }
    const taken = slab.subarray(used, used + byteCount);
    used += Math.ceil(byteCount / ALIGNMENT) * ALIGNMENT;
    return taken;
  };
}
