/**
 * Gives what is free in the heap of native code back to the system. glibc's `free` does so only at the
 * end of its heap: what a load took and let go of stays below the few small things of the graph that
 * were made meanwhile, as holes, resident until something fills them. `malloc_trim` empties the holes
 * (man 3 malloc_trim; since glibc 2.8 all of them).
 */
import type { Logger } from '../src/base/logger.js';

export type TrimNativeHeap = () => void;

/**
 * Resolves with what does it, or with something that does nothing where there is no `malloc_trim`
 * (another C library), or no `koffi`, which is an optional dependency, to call it.
 */
export async function openNativeHeap(logger: Logger): Promise<TrimNativeHeap> {
  try {
    const { default: koffi } = await import('koffi');
    const trim = koffi.load(null).func('int malloc_trim(size_t pad)');
    return () => {
      trim(0);
    };
  } catch (error) {
    logger.debug({ err: error }, 'memory that native code lets go of stays with the process');
    return () => undefined;
  }
}
