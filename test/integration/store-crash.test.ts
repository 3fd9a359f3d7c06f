/**
 * The store in a process of its own that is killed while it writes, or runs out of room. Needs the
 * built code in `dist` (`npm run build`); the full disk also needs root, for a file system of 24 MB in
 * a mount namespace of its own. Skipped, and says so, where either is not there.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPartitionStore } from '../../shards/store/open-store.js';
import { systemClock } from '../../src/base/system-clock.js';

const dist = resolve('dist');
const writer = resolve('test/integration/store-writer.mjs');
const isBuilt = existsSync(join(dist, 'shards/store/open-store.js'));
const canMount = isBuilt && spawnSync('unshare', ['-m', 'true']).status === 0;

type Told =
  | { sent: number; ops: { id: string; value: number | null }[] }
  | { acknowledged: number };

let parent: string;
let child: ChildProcess | undefined;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'annulus-crash-'));
});

afterEach(() => {
  child?.kill('SIGKILL');
  rmSync(parent, { recursive: true });
});

/** Starts a writer and kills it once it has acknowledged `writes` writes; what it said. */
async function writeAndKill(directory: string, writes: number): Promise<Told[]> {
  const told: Told[] = [];
  let acknowledgedCount = 0;
  const running = spawn(process.execPath, [writer, dist, directory, '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child = running;
  for await (const line of createInterface({ input: running.stdout })) {
    if (!line.endsWith('}')) continue;
    const event = JSON.parse(line) as Told;
    told.push(event);
    if ('acknowledged' in event) acknowledgedCount += 1;
    if (acknowledgedCount === writes) running.kill('SIGKILL');
  }
  return told;
}

describe('a store whose process is killed', () => {
  it.skipIf(!isBuilt)('has everything that it acknowledged, and nothing torn', async () => {
    const directory = join(parent, 'store');
    const history = new Map<string, Written[]>();
    for (const writes of [1, 40, 113, 7, 260, 61]) {
      record(history, await writeAndKill(directory, writes));
      const store = await openPartitionStore({
        directory,
        collection: 'c',
        partition: 0,
        dimension: 2,
        create: false,
        clock: systemClock,
      });
      for (const [id, written] of history) {
        expect(possibleValues(written), id).toContain(store.get(id)?.vector[0] ?? null);
      }
      for (const { id } of store.scan(0)) expect(history.has(id), id).toBe(true);
      await store.close();
    }
    expect(history.size).toBe(400);
  });
});

interface Written {
  round: number;
  value: number | null;
  isAcknowledged: boolean;
}

function record(history: Map<string, Written[]>, told: readonly Told[]): void {
  const acknowledged = new Set(
    told.flatMap((event) => ('acknowledged' in event ? [event.acknowledged] : [])),
  );
  for (const event of told) {
    if (!('sent' in event)) continue;
    for (const { id, value } of event.ops) {
      const written = history.get(id) ?? [];
      history.set(id, written);
      const isAcknowledged = acknowledged.has(event.sent);
      written.push({ round: event.sent, value, isAcknowledged });
    }
  }
}

/** The last acknowledged write, or one that was sent after it and may have happened. */
function possibleValues(written: readonly Written[]): (number | null)[] {
  const acknowledged = written.filter((write) => write.isAcknowledged);
  const lastRound = Math.max(0, ...acknowledged.map((write) => write.round));
  const values = written.filter((write) => write.round >= lastRound).map((write) => write.value);
  return lastRound === 0 ? [null, ...values] : values;
}

describe('a store whose disk is full', () => {
  it.skipIf(!canMount)('refuses with `full`, reads on, and writes again once there is room', () => {
    const script = [
      'mount -t tmpfs -o size=24m tmpfs "$DIR"',
      '"$NODE" "$WRITER" "$DIST" "$DIR/store" 3000',
    ].join(' && ');
    const output = execFileSync('unshare', ['-m', 'sh', '-c', script], {
      env: {
        ...process.env,
        DIR: parent,
        BALLAST: join(parent, 'ballast'),
        NODE: process.execPath,
        WRITER: writer,
        DIST: dist,
      },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 64 * 1024 * 1024,
    });
    const lines = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    const failures = lines.filter((line) => 'failure' in line);
    expect(failures.length).toBeGreaterThan(0);
    for (const failure of failures) expect(failure).toMatchObject({ failure: 'full' });
    expect(lines.some((line) => 'unhandled' in line)).toBe(false);
    const lastFailure = lines.lastIndexOf(failures.at(-1) as object);
    expect(lines.length - lastFailure).toBeGreaterThan(10);
    expect(lines.at(-1)).toHaveProperty('documents');
  });
});
