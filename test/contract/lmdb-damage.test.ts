/** What only a store on disk can suffer: damaged, cut short, mixed up and missing files. */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OpenStoreOptions, openPartitionStore } from '../../shards/store/open-store.js';
import type { PartitionStore, Row } from '../../shards/store/partition-store.js';
import { encodeRow } from '../../shards/store/row-codec.js';
import { randomInt, seededRandom } from '../../src/base/random.js';
import { systemClock } from '../../src/base/system-clock.js';
import { makeVersion } from '../../src/base/version.js';
import { deletion, upsert } from './naive-store.js';

let parent: string;
let directory: string;
let file: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'annulus-store-'));
  directory = join(parent, 'store');
  file = join(directory, 'data.mdb');
});

afterEach(() => rmSync(parent, { recursive: true }));

function open(change: Partial<OpenStoreOptions> = {}): Promise<PartitionStore> {
  return openPartitionStore({
    directory,
    collection: 'c1',
    partition: 3,
    dimension: 2,
    create: false,
    clock: systemClock,
    ...change,
  });
}

/** A closed store of 300 documents, some of them updated, deleted, or large; its rows. */
async function makeStore(): Promise<Row[]> {
  const store = await open({ create: true });
  for (let round = 1; round <= 20; round += 1) {
    const ops = Array.from({ length: 20 }, (_, i) => upsert(`id-${round * 15 + i}`, round));
    const large = { ...upsert(`large-${round}`, round), text: Buffer.alloc(5_000, `${round}`) };
    await store.write(makeVersion(round, 0, 0), [...ops, large, deletion(`id-${round * 15}`)]);
  }
  const rows = [...store.scan(0)];
  await store.close();
  return rows;
}

function bytesOf(rows: readonly Row[]): Buffer {
  return Buffer.concat(rows.map((row) => encodeRow(row)));
}

function flip(at: number, bit = 1): void {
  const bytes = readFileSync(file);
  bytes[at] = (bytes[at] as number) ^ bit;
  writeFileSync(file, bytes);
}

describe('opening a store', () => {
  it('says that it is missing when there is no directory, or an empty one', async () => {
    await expect(open()).rejects.toMatchObject({ name: 'StoreError', failure: 'missing' });
    mkdirSync(directory);
    await expect(open()).rejects.toMatchObject({ failure: 'missing' });
    expect(readdirSync(directory)).toEqual([]);
    const store = await open({ create: true });
    await store.close();
    await (await open()).close();
  });

  it('never makes a new store where the data file of another was lost', async () => {
    await makeStore();
    rmSync(file);
    await expect(open({ create: true })).rejects.toMatchObject({ failure: 'corrupt' });
    writeFileSync(file, '');
    await expect(open({ create: true })).rejects.toMatchObject({ failure: 'corrupt' });
  });

  it('clears away a store that was not made to the end', async () => {
    mkdirSync(join(parent, '.new-store'));
    writeFileSync(join(parent, '.new-store', 'data.mdb'), 'half a file');
    await (await open({ create: true })).close();
    expect(readdirSync(parent)).toEqual(['store']);
  });

  it('fails, leaving nothing behind, where no directory can be made', async () => {
    const blocked = join(parent, 'a-file');
    writeFileSync(blocked, '');
    const opening = open({ directory: join(blocked, 'store'), create: true });
    await expect(opening).rejects.toMatchObject({ failure: 'failed' });
  });

  it.each([{ collection: 'c2' }, { partition: 4 }, { dimension: 3 }])(
    'refuses the store of another replica: %o',
    async (change) => {
      await makeStore();
      const [field] = Object.keys(change);
      await expect(open(change)).rejects.toMatchObject({
        failure: 'corrupt',
        message: expect.stringContaining(`it says ${field}`),
      });
      await (await open()).close();
    },
  );

  it('refuses a second store on an open directory as a bug of its caller', async () => {
    const store = await open({ create: true });
    await expect(open()).rejects.toMatchObject({ name: 'InvariantViolation' });
    await store.close();
    await (await open()).close();
  });

  it('finds everything again in a directory that was moved', async () => {
    const rows = await makeStore();
    const elsewhere = join(parent, 'elsewhere');
    cpSync(directory, elsewhere, { recursive: true });
    const store = await open({ directory: elsewhere });
    expect(bytesOf([...store.scan(0)]).equals(bytesOf(rows))).toBe(true);
    await store.close();
  });
});

describe('damage on disk', () => {
  it('is found on opening and named, wherever in a row it is', async () => {
    const rows = await makeStore();
    const row = rows.find((candidate) => candidate.id === 'large-7') as Row;
    const bytes = encodeRow(row);
    const pristine = readFileSync(file);
    const at = pristine.indexOf(bytes.subarray(0, 36));
    expect(at).toBeGreaterThan(0);
    for (const offset of [0, 9, 20, 36, 50, 3_000]) {
      flip(at + offset, 16);
      await expect(open()).rejects.toMatchObject({
        failure: 'corrupt',
        message: expect.stringContaining(`row ${row.seq}`),
      });
      writeFileSync(file, pristine);
    }
    await (await open()).close();
  });

  it('that comes while a store is open is reported, never returned', async () => {
    const rows = await makeStore();
    const row = rows.find((candidate) => candidate.id === 'large-7') as Row;
    const store = await open();
    const at = readFileSync(file).indexOf(encodeRow(row).subarray(0, 36));
    flip(at + 2_000);
    const corrupt = expect.objectContaining({ name: 'StoreError', failure: 'corrupt' });
    expect(() => store.get(row.id)).toThrow(corrupt);
    expect(() => store.row(row.seq)).toThrow(corrupt);
    expect(() => store.readRow(row.seq, () => {})).toThrow(corrupt);
    expect(() => [...store.scan(0)]).toThrow(corrupt);
    expect(() => [...store.list('')]).toThrow(corrupt);
    expect(store.get('large-8')?.id).toBe('large-8');
    flip(at + 2_000);
    await store.close();
  });

  it('of a file that was cut short is found on opening', async () => {
    await makeStore();
    const pristine = readFileSync(file);
    for (const ratio of [0.9, 0.5, 0.1]) {
      writeFileSync(file, pristine);
      truncateSync(file, Math.floor(pristine.byteLength * ratio));
      await expect(open()).rejects.toMatchObject({ failure: 'corrupt' });
    }
    truncateSync(file, 100);
    await expect(open()).rejects.toMatchObject({ failure: 'corrupt' });
  });

  it('is found, or harmless, wherever a bit is flipped: the process never dies of it', async () => {
    const rows = await makeStore();
    const pristine = readFileSync(file);
    const expected = bytesOf(rows);
    const random = seededRandom(20_240_607);
    let foundCount = 0;
    for (let round = 0; round < 120; round += 1) {
      const page = randomInt(random, pristine.byteLength / 4096);
      const offset = randomInt(random, round % 2 === 0 ? 100 : 4096);
      writeFileSync(file, pristine);
      flip(page * 4096 + offset, 1 << randomInt(random, 8));
      try {
        const store = await open();
        const isWhole = bytesOf([...store.scan(0)]).equals(expected);
        await store.close();
        expect(isWhole, `page ${page}, offset ${offset}`).toBe(true);
      } catch (error) {
        expect(error).toMatchObject({ name: 'StoreError', failure: 'corrupt' });
        foundCount += 1;
      }
    }
    expect(foundCount).toBeGreaterThan(40);
  });

  it('of a meta page that would bring back an older state is found', async () => {
    await makeStore();
    const pristine = readFileSync(file);
    const txnIdAt = 24 + 24 + 2 * 48 + 8;
    const ids = [0, 1].map((page) => pristine.readBigUInt64LE(page * 4096 + txnIdAt));
    const newest = (ids[0] as bigint) > (ids[1] as bigint) ? 0 : 1;
    flip(newest * 4096 + txnIdAt, 64);
    await expect(open()).rejects.toMatchObject({ failure: 'corrupt' });
  });
});
