// Run by store-crash.test.ts: writes to a store for ever, and prints every write, sent and acknowledged.
// node store-writer.mjs DIST DIRECTORY COUNT   (0: for ever)
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [dist, directory, countText] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(`${dist}/${path}`).href);
const { openPartitionStore } = await load('shards/store/open-store.js');
const { systemClock } = await load('src/base/system-clock.js');
const { makeVersion } = await load('src/base/version.js');

process.on('unhandledRejection', (error) => {
  console.log(JSON.stringify({ unhandled: String(error) }));
  process.exit(1);
});
const options = { directory, collection: 'c', partition: 0, dimension: 2, clock: systemClock };
const store = await openPartitionStore({ ...options, create: true });
const count = Number(countText);
const ballast = process.env.BALLAST;
if (ballast !== undefined) {
  // Leaves little more than what the store keeps free.
  const { bavail, bsize } = statfsSync(directory);
  writeFileSync(ballast, Buffer.alloc(bavail * bsize - 8.5 * 1024 * 1024));
}
let next = Number(store.highestVersion >> 32n) + 1;

function opOf(round, i) {
  const id = `id-${(round * 7 + i) % 400}`;
  if ((round + i) % 5 === 0) return { kind: 'delete', id };
  const text = Buffer.from(`text of ${round}`.repeat(i === 3 ? 400 : 1));
  const vector = new Uint8Array(Float32Array.of(round, i).buffer);
  return { kind: 'upsert', id, vector, text, metadata: Buffer.alloc(4) };
}

async function writer() {
  for (let round = next; count === 0 || round <= count; round = next) {
    next += 1;
    const ops = Array.from({ length: 10 }, (_, i) => opOf(round, i));
    const told = ops.map((op) => ({ id: op.id, value: op.kind === 'delete' ? null : round }));
    console.log(JSON.stringify({ sent: round, ops: told }));
    try {
      await store.write(makeVersion(round, 0, 0), ops);
      console.log(JSON.stringify({ acknowledged: round }));
    } catch (error) {
      console.log(
        JSON.stringify({ failure: error.failure, documents: [...store.list('')].length }),
      );
      if (ballast === undefined) process.exit(1);
      // The disk is full: make room, and go on.
      rmSync(ballast, { force: true });
    }
  }
}

await Promise.all(Array.from({ length: 4 }, writer));
console.log(JSON.stringify({ documents: store.documentCount }));
await store.close();
