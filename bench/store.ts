/**
 * `node dist/bench/store.js [rows]`: the LMDB store by itself, 100 dimensions, on the disk under the
 * system's temporary directory. Prints durable rows a second in batches and one by one, the time of
 * a read, and how long opening and verifying takes.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPartitionStore } from '../shards/store/open-store.js';
import type { PartitionStore } from '../shards/store/partition-store.js';
import { seededRandom } from '../src/base/random.js';
import { systemClock } from '../src/base/system-clock.js';
import { makeVersion } from '../src/base/version.js';
import type { WriteOp } from '../src/wire/link-messages.js';
import { packVector } from '../src/wire/vector-codec.js';

const DIMENSION = 100;
const BATCH_OPS = 200;
const BATCHES_IN_FLIGHT = 4;
const WRITERS = 16;
const rowCount = Number(process.argv[2] ?? 100_000);
const random = seededRandom(1);
const text = Buffer.from('a short text of about fifty bytes, as documents have');
const metadata = Buffer.from('twenty bytes or so..');

function upsert(id: number): WriteOp {
  const vector = Float32Array.from({ length: DIMENSION }, () => random.next() - 0.5);
  return { kind: 'upsert', id: `document-${id}`, vector: packVector(vector), text, metadata };
}

async function timed(name: string, count: number, work: () => unknown): Promise<void> {
  const startMs = systemClock.nowMs();
  await work();
  const tookMs = systemClock.nowMs() - startMs;
  const perSecond = Math.round((count / tookMs) * 1000);
  const eachUs = ((tookMs / count) * 1000).toFixed(2);
  console.log(`${name}: ${tookMs.toFixed(0)} ms, ${perSecond}/s, ${eachUs} us each`);
}

/** Runs `task(0..count-1)`, at most `width` at a time. */
async function pooled(count: number, width: number, task: (i: number) => Promise<unknown>) {
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const i = next;
      next += 1;
      await task(i);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
}

async function measureReads(store: PartitionStore): Promise<void> {
  const reads = 50_000;
  await timed('get by id, random', reads, () => {
    for (let i = 0; i < reads; i += 1) {
      store.get(`document-${Math.floor(random.next() * rowCount)}`);
    }
  });
  await timed('row by number, random', reads, () => {
    for (let i = 0; i < reads; i += 1) store.row(1 + Math.floor(random.next() * rowCount));
  });
  await timed('scan', rowCount, () => {
    for (const row of store.scan(0)) if (row.seq < 0) throw new Error();
  });
  await timed('list', rowCount, () => {
    for (const row of store.list('')) if (row.seq < 0) throw new Error();
  });
}

const directory = mkdtempSync(join(tmpdir(), 'annulus-bench-store-'));
const options = {
  directory: join(directory, 'store'),
  collection: 'bench',
  partition: 0,
  dimension: DIMENSION,
  create: true,
  clock: systemClock,
};
try {
  let store = await openPartitionStore(options);
  const batches = Array.from({ length: Math.ceil(rowCount / BATCH_OPS) }, (_, batch) =>
    Array.from({ length: BATCH_OPS }, (_, i) => upsert(batch * BATCH_OPS + i)),
  );
  await timed(`insert in batches of ${BATCH_OPS}, ${BATCHES_IN_FLIGHT} in flight`, rowCount, () =>
    pooled(batches.length, BATCHES_IN_FLIGHT, (i) =>
      store.write(makeVersion(1_000 + i, 0, 0), batches[i] as WriteOp[]),
    ),
  );
  const updates = batches.flat().slice(0, 20_000);
  await timed(`update one by one, ${WRITERS} writers`, updates.length, () =>
    pooled(updates.length, WRITERS, (i) =>
      store.write(makeVersion(1_000_000 + i, 0, 0), [updates[i] as WriteOp]),
    ),
  );
  const single = updates.slice(0, 1_000);
  await timed('update one by one, 1 writer', single.length, () =>
    pooled(single.length, 1, (i) =>
      store.write(makeVersion(2_000_000 + i, 0, 0), [single[i] as WriteOp]),
    ),
  );
  await measureReads(store);
  await store.close();
  await timed('open and verify', rowCount, async () => {
    store = await openPartitionStore({ ...options, create: false });
  });
  await store.close();
} finally {
  rmSync(directory, { recursive: true });
}
