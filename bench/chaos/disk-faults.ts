/** Faults of disks: full for a while, or damaged while the node was down. */
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Random, randomInt } from '../../src/base/random.js';
import type { ChaosWorld } from './chaos-world.js';
import type { Fault } from './fault.js';

export const SMALL_DISK_NODE = 'node-3';
const SMALL_DISK_MIB = 256;
const FILLER = 'filler';
const FULL_MS_MIN = 500;
const FULL_MS_MAX = 4_000;
const PAGE_BYTES = 4096;
/** The first pages say where the others are. */
const PAGES_SPARED = 4;

/** Mounts a small disk at the folder; false when this process may not. */
export function mountSmallDisk(folder: string): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  try {
    const options = ['-t', 'tmpfs', '-o', `size=${SMALL_DISK_MIB}m`, 'annulus-chaos', folder];
    execFileSync('mount', options, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

export function unmountSmallDisk(folder: string): void {
  execFileSync('umount', ['-l', folder], { stdio: 'ignore' });
}

export const fullDisk: Fault = {
  kind: 'full disk',
  async apply(world, random) {
    const nodeId = await world.victim(random, [SMALL_DISK_NODE]);
    const filler = join(world.cluster.nodeDirectory(nodeId), FILLER);
    const fullMs = FULL_MS_MIN + randomInt(random, FULL_MS_MAX - FULL_MS_MIN);
    const filledMiB = fill(filler) / 2 ** 20;
    await sleep(fullMs);
    rmSync(filler);
    return `${nodeId} for ${fullMs} ms, ${filledMiB.toFixed(0)} MiB filled`;
  },
};

/** Writes until there is no room, to the byte; returns how much. */
function fill(path: string): number {
  const file = openSync(path, 'w');
  let written = 0;
  for (let size = 2 ** 20; size >= 1; size /= 2) {
    const block = Buffer.alloc(size, 1);
    try {
      for (;;) written += writeSync(file, block);
    } catch {
      // Full for a block of this size; smaller ones may fit.
    }
  }
  closeSync(file);
  return written;
}

async function whileDown(
  world: ChaosWorld,
  random: Random,
  damage: (directory: string) => string | undefined,
): Promise<string> {
  const nodeId = await world.victim(random);
  await world.killNode(nodeId);
  const what = damage(world.cluster.nodeDirectory(nodeId)) ?? 'nothing found to damage';
  await world.cluster.startNode(nodeId);
  return `${nodeId}: ${what}`;
}

export const damageStore: Fault = {
  kind: 'damaged store',
  apply: (world, random) =>
    whileDown(world, random, (directory) => {
      const path = anyOf(random, replicaFiles(directory, isStoreFile));
      return path === undefined ? undefined : flipPages(path, random);
    }),
};

/** Stopped politely, so that there is a graph file. */
export const damageGraph: Fault = {
  kind: 'damaged graph file',
  async apply(world, random) {
    const nodeId = await world.victim(random);
    await world.cluster.node(nodeId).stop();
    const directory = world.cluster.nodeDirectory(nodeId);
    const path = anyOf(random, replicaFiles(directory, isGraphFile));
    const what = path === undefined ? 'nothing found to damage' : damageFile(path, random);
    await world.cluster.startNode(nodeId);
    return `${nodeId}: ${what}`;
  },
};

export const wipeNode: Fault = {
  kind: 'lost data directory',
  apply: (world, random) =>
    whileDown(world, random, (directory) => {
      for (const name of readdirSync(directory)) {
        rmSync(join(directory, name), { recursive: true, force: true });
      }
      return 'all files gone';
    }),
};

const isStoreFile = (path: string) => basename(path) === 'data.mdb';
const isGraphFile = (path: string) => basename(path).startsWith('graph');

function replicaFiles(directory: string, isWanted: (path: string) => boolean): string[] {
  const replicas = join(directory, 'replicas');
  if (!existsSync(replicas)) return [];
  return readdirSync(replicas, { recursive: true, encoding: 'utf8' })
    .map((name) => join(replicas, name))
    .filter((path) => isWanted(path) && statSync(path).isFile() && statSync(path).size > 0);
}

function damageFile(path: string, random: Random): string {
  const { size } = statSync(path);
  if (random.next() < 0.3) {
    truncateSync(path, randomInt(random, size));
    return `${basename(path)} cut short`;
  }
  flipByte(path, randomInt(random, size));
  return `one byte of ${basename(path)} changed`;
}

function flipPages(path: string, random: Random): string {
  const pageCount = Math.floor(statSync(path).size / PAGE_BYTES);
  const count = 1 + randomInt(random, 20);
  for (let i = 0; i < count; i += 1) {
    const page = PAGES_SPARED + randomInt(random, Math.max(1, pageCount - PAGES_SPARED));
    if (page < pageCount) flipByte(path, page * PAGE_BYTES + randomInt(random, PAGE_BYTES));
  }
  return `${count} bytes of a store changed`;
}

function flipByte(path: string, offset: number): void {
  const file = openSync(path, 'r+');
  const byte = Buffer.alloc(1);
  readSync(file, byte, 0, 1, offset);
  byte[0] = (byte[0] as number) ^ 0xff;
  writeSync(file, byte, 0, 1, offset);
  closeSync(file);
}

function anyOf<T>(random: Random, items: readonly T[]): T | undefined {
  return items[randomInt(random, Math.max(1, items.length))];
}
