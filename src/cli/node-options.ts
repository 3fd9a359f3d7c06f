/**
 * What servers run better with, and cannot set themselves once they run: options of Node, and variables
 * that glibc's `malloc` reads (others ignore them). `docs/operations.md` says the same for servers that
 * are started by hand.
 *
 * - V8 collects with as many threads as there are cores. Where those are few, other servers want them
 *   too, and the threads wait for each other more than they help: there one thread does it all.
 * - V8 lets the space of young objects grow to 16 MiB, twice over. In a shard node, which makes little
 *   garbage, what grew while documents poured in would stay.
 * - A node may collect garbage when it rests: see `shards/rest-reclaimer.ts`.
 * - By default `malloc` keeps what large buffers leave behind, and one heap for each thread.
 */
import { availableParallelism } from 'node:os';

const FEW_CORES = 4;
const FEW_CORES_OPTIONS = ['--single-threaded-gc'];
const SHARD_OPTIONS = ['--max-semi-space-size=4', '--expose-gc'];
const SHARD_ENVIRONMENT: Readonly<Record<string, string>> = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: String(1024 * 1024),
  MALLOC_TRIM_THRESHOLD_: String(2 * 1024 * 1024),
};

export function nodeOptionsOf(
  command: string | undefined,
  coreCount: number = availableParallelism(),
): string[] {
  if (command !== 'shard' && command !== 'coordinator') return [];
  const gcOptions = coreCount <= FEW_CORES ? FEW_CORES_OPTIONS : [];
  return command === 'shard' ? [...SHARD_OPTIONS, ...gcOptions] : [...gcOptions];
}

/** For the environment of a server; what is set there already should win. */
export function environmentOf(command: string | undefined): Readonly<Record<string, string>> {
  return command === 'shard' ? SHARD_ENVIRONMENT : {};
}
