import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { randomInt, seededRandom } from '../../src/base/random.js';
import { openTopologyEnvironment } from '../../src/coordinator/topology/lmdb-topology-environment.js';
import { LmdbTopologyStore } from '../../src/coordinator/topology/lmdb-topology-store.js';
import { emptyTopology, makeTopology } from '../../src/coordinator/topology/topology.js';
import { describeTopologyStore } from './topology-store.contract.js';

function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'annulus-topology-'));
}

describeTopologyStore(
  'lmdb',
  async () => {
    const directory = temporaryDirectory();
    return {
      open: () => LmdbTopologyStore.open(directory),
      dispose: async () => rmSync(directory, { recursive: true, force: true }),
    };
  },
  { isShared: false },
);

describe('LmdbTopologyStore', () => {
  let directory: string;
  beforeEach(async () => {
    directory = temporaryDirectory();
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  async function storeTwoTopologies(): Promise<void> {
    const store = await LmdbTopologyStore.open(directory);
    await store.compareAndSwap(undefined, emptyTopology('c'));
    await store.compareAndSwap(0, makeTopology('c', 1, [], []));
    await store.close();
  }

  /** Turns one letter over wherever a record's text appears in the file. */
  function damage(text: string): void {
    const file = join(directory, 'topology', 'data.mdb');
    const bytes = readFileSync(file);
    for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) {
      bytes[at + text.length - 1] = (bytes[at + text.length - 1] as number) ^ 1;
    }
    writeFileSync(file, bytes);
  }

  it('refuses a second opener until the first closes', async () => {
    const store = await LmdbTopologyStore.open(directory);
    await expect(LmdbTopologyStore.open(directory)).rejects.toMatchObject({
      name: 'TopologyStoreError',
      failure: 'unavailable',
      message: expect.stringContaining(`in use by process ${process.pid}`),
    });
    await store.close();
    await (await LmdbTopologyStore.open(directory)).close();
  });

  it('tells a damaged topology, and that the one before it is whole', async () => {
    await storeTwoTopologies();
    damage('"clusterId":"c","epoch":1');
    await expect(LmdbTopologyStore.open(directory)).rejects.toMatchObject({
      failure: 'corrupt',
      message: expect.stringMatching(
        /topology record is damaged; the one before.*epoch 0, is whole/,
      ),
    });
  });

  it('tells when both are damaged', async () => {
    await storeTwoTopologies();
    damage('"clusterId":"c"');
    await expect(LmdbTopologyStore.open(directory)).rejects.toMatchObject({
      failure: 'corrupt',
      message: expect.stringContaining('the one before it is damaged too'),
    });
  });

  it.each([
    ['a lost topology', { epoch: '4' }, 'corrupt', 'the topology of epoch 4 is lost'],
    ['another format', { format: '99' }, 'failed', 'it has format 99, and this release reads 1'],
  ])('refuses %s', async (_, records, failure, message) => {
    await (await LmdbTopologyStore.open(directory)).close();
    const environment = openTopologyEnvironment(join(directory, 'topology'), false);
    await environment.commit(records);
    await environment.close();
    await expect(LmdbTopologyStore.open(directory)).rejects.toMatchObject({
      failure,
      message: expect.stringContaining(message),
    });
  });

  it('never takes a folder that lost its file for a new one', async () => {
    await storeTwoTopologies();
    rmSync(join(directory, 'topology', 'data.mdb'));
    await expect(LmdbTopologyStore.open(directory)).rejects.toMatchObject({
      failure: 'corrupt',
      message: expect.stringContaining('data.mdb is gone'),
    });
  });

  it('opens with what was stored or not at all, whatever bit of its file is flipped', async () => {
    await storeTwoTopologies();
    const file = join(directory, 'topology', 'data.mdb');
    const whole = readFileSync(file);
    const random = seededRandom(1);
    let refusedCount = 0;
    for (let round = 0; round < 60; round += 1) {
      const bytes = Buffer.from(whole);
      const at = randomInt(random, bytes.byteLength);
      bytes[at] = (bytes[at] as number) ^ (1 << randomInt(random, 8));
      if (round % 5 === 0) writeFileSync(file, bytes.subarray(0, at));
      else writeFileSync(file, bytes);
      try {
        const store = await LmdbTopologyStore.open(directory);
        expect((await store.load())?.epoch).toBe(1);
        await store.close();
      } catch (error) {
        expect(error).toMatchObject({ name: 'TopologyStoreError', failure: 'corrupt' });
        refusedCount += 1;
      }
    }
    expect(refusedCount).toBeGreaterThan(0);
  });

  it('starts over when making it was cut short', async () => {
    mkdirSync(join(directory, 'topology.new'));
    writeFileSync(join(directory, 'topology.new', 'data.mdb'), 'half a file');
    const store = await LmdbTopologyStore.open(directory);
    expect(await store.load()).toBeUndefined();
    await store.close();
  });

  it('answers `failed` where no directory can be made', async () => {
    writeFileSync(join(directory, 'file'), '');
    await expect(LmdbTopologyStore.open(join(directory, 'file', 'x'))).rejects.toMatchObject({
      name: 'TopologyStoreError',
      failure: 'failed',
    });
  });
});
