/**
 * Options of Node that servers run better with. A coordinator makes garbage with every search, and
 * with V8's default of 16 MiB for young objects it spends a fifth of its time on collecting it.
 * Started by hand: `NODE_OPTIONS=--max-semi-space-size=64 annulus coordinator ...`.
 *
 * V8 collects with as many threads as there are cores. Where those are few, shard nodes want them too,
 * and the threads wait for each other more than they help: there one thread does it all.
 */
import { availableParallelism } from 'node:os';

const FEW_CORES = 4;

export function nodeOptionsOf(
  command: string | undefined,
  coreCount: number = availableParallelism(),
): string[] {
  if (command !== 'coordinator') return [];
  const options = ['--max-semi-space-size=64'];
  return coreCount <= FEW_CORES ? [...options, '--single-threaded-gc'] : options;
}
