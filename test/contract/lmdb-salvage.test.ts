/** What is kept of a store on disk that is damaged, and how that takes its place. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DiskReplicaHome, type DiskReplicaHomeOptions } from '../../shards/replica-home.js';
import { openPartitionStore } from '../../shards/store/open-store.js';
import { encodeRow } from '../../shards/store/row-codec.js';
import { silentLogger } from '../../src/base/logger.js';
import { systemClock } from '../../src/base/system-clock.js';
import { makeVersion } from '../../src/base/version.js';
import { deletion, upsert } from './naive-store.js';

const NAME = 'c0ffee-3';
const identity = { collection: 'c0ffee', partition: 3, dimension: 2 };
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'annulus-salvage-'));
});

afterEach(() => rmSync(directory, { recursive: true }));

function open() {
  const place = { ...identity, directory: join(directory, NAME, 'store'), clock: systemClock };
  return openPartitionStore({ ...place, create: !existsSync(place.directory) });
}

function home(): DiskReplicaHome {
  const parts = { directory, clock: systemClock, logger: silentLogger };
  return new DiskReplicaHome(parts as unknown as DiskReplicaHomeOptions);
}

function salvage(): Promise<void> {
  return home().salvage(identity as Parameters<DiskReplicaHome['salvage']>[0]);
}

/** 600 documents, one in three deleted again, of which some rows are then damaged. */
async function makeDamaged(ids: readonly string[]): Promise<void> {
  const store = await open();
  const ops = Array.from({ length: 600 }, (_, i) => upsert(`d${i}`, i));
  await store.write(makeVersion(1, 0, 0), ops);
  await store.write(
    makeVersion(2, 0, 0),
    ops.filter((_, i) => i % 3 === 0).map((op) => deletion(op.id)),
  );
  await store.write(makeVersion(3, 0, 0), [upsert('d1', -1)]);
  const rows = ids.map((id) => store.get(id)).map((row) => row && encodeRow(row).subarray(0, 36));
  await store.close();
  const file = join(directory, NAME, 'store', 'data.mdb');
  const bytes = readFileSync(file);
  for (const row of rows) {
    if (row === undefined) throw new Error('no such row');
    // Pages that are not in use any more may hold it too.
    for (let at = bytes.indexOf(row); at >= 0; at = bytes.indexOf(row)) {
      bytes[at + 20] = (bytes[at + 20] as number) ^ 1;
    }
  }
  writeFileSync(file, bytes);
}

it('is every document and deletion but those damaged, and no older version of those', async () => {
  await makeDamaged(['d1', 'd100', 'd599']);
  await expect(open()).rejects.toMatchObject({ failure: 'corrupt' });
  await salvage();
  expect(readdirSync(directory)).toEqual([NAME]);
  const store = await open();
  expect(store.documentCount).toBe(397);
  expect(['d1', 'd100', 'd599', 'd0'].map((id) => store.get(id))).toEqual(Array(4).fill(undefined));
  expect(store.get('d2')?.version).toBe(makeVersion(1, 0, 0));
  const deleted = [...store.entries('')].filter(({ kind }) => kind === 'tombstone');
  expect(deleted).toHaveLength(200);
  const late = await store.write(makeVersion(1, 5, 0), [upsert('d0', 7)]);
  expect(late.results).toMatchObject([{ isApplied: false }]);
  await store.close();
});

it('is nothing where pages are damaged, so that the replica is gone', async () => {
  await makeDamaged([]);
  writeFileSync(join(directory, NAME, 'store', 'data.mdb'), Buffer.alloc(8192, 7));
  await salvage();
  expect(readdirSync(directory)).toEqual([]);
});

it.each([
  ['before it was complete, the damaged one stays', [NAME, '.salvaged-c0ffee-3'], NAME],
  [
    'in between, it takes its place',
    ['.damaged-c0ffee-3', '.salvaged-c0ffee-3'],
    '.salvaged-c0ffee-3',
  ],
  ['at the end, the damaged one is cleared away', [NAME, '.damaged-c0ffee-3'], NAME],
])('outlives a crash: %s', (_, folders, survivor) => {
  for (const folder of folders) {
    mkdirSync(join(directory, folder));
    writeFileSync(join(directory, folder, 'from'), folder);
  }
  home();
  expect(readdirSync(directory)).toEqual([NAME]);
  expect(readFileSync(join(directory, NAME, 'from'), 'utf8')).toBe(survivor);
});
