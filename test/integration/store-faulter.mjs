// Run by store-faults.test.ts, with the library that makes system calls fail preloaded: writes to a
// store, has a commit fail, closes it and opens it again, and prints what it saw.
// node store-faulter.mjs DIST DIRECTORY CALL ERRNO
import { rmSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [dist, directory, call, errno] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(`${dist}/${path}`).href);
const { openPartitionStore } = await load('shards/store/open-store.js');
const { systemClock } = await load('src/base/system-clock.js');
const { makeVersion } = await load('src/base/version.js');

process.on('unhandledRejection', (error) => {
  console.log(JSON.stringify({ unhandled: String(error) }));
  process.exit(1);
});

const control = process.env.DISK_FAULT_CONTROL;
const options = { directory, collection: 'c', partition: 0, dimension: 2, clock: systemClock };
const seen = { failures: [], cycles: 0 };
let store = await openPartitionStore({ ...options, create: true });

function write(round) {
  const vector = new Uint8Array(Float32Array.of(round, 0).buffer);
  const op = { kind: 'upsert', vector, text: Buffer.alloc(round * 500), metadata: Buffer.alloc(1) };
  const ops = ['same', `id-${round}`].map((id) => ({ ...op, id }));
  return store.write(makeVersion(round, 0, 0), ops);
}

async function failureOf(work) {
  try {
    return (await work) === false ? 'wrong' : 'none';
  } catch (error) {
    return error.failure ?? String(error);
  }
}

let round = 0;
for (; seen.cycles < 5; seen.cycles += 1) {
  for (let i = 0; i < 3; i += 1) {
    round += 1;
    await write(round);
    console.log(JSON.stringify({ acknowledged: round }));
  }
  const acknowledged = round;
  writeFileSync(control, `${call} ${errno}\n`);
  round += 1;
  // Several at once: those that wait for the next commit are refused as well.
  const failing = [write(round), write(round + 1)];
  seen.failures.push(...(await Promise.all(failing.map(failureOf))));
  round += 1;
  seen.failures.push(await failureOf(write(round)));
  seen.read = await failureOf((async () => store.get('same')?.vector[0] === acknowledged)());
  rmSync(control);
  // A disk that is full needs no more than room; everything else, that the store is opened anew.
  if (seen.failures.at(-1) !== 'full') {
    await store.close();
    store = await openPartitionStore({ ...options, create: false });
  }
  const found = store.get('same')?.vector[0];
  if (found < acknowledged) throw new Error(`round ${acknowledged} is lost: found ${found}`);
}
await write(round + 1);
seen.documents = [...store.list('')].length;
await store.close();
console.log(JSON.stringify(seen));
