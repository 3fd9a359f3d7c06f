/** The store on a disk that fails: syncs, root pages and writes that return errors. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPartitionStore } from '../../shards/store/open-store.js';
import { systemClock } from '../../src/base/system-clock.js';
import { DiskFaults, whyNoDiskFaults } from '../support/disk-fault.js';

const reason = whyNoDiskFaults();
if (reason !== undefined) console.warn(`disk faults are left out: ${reason}`);

const ERRNO = { EIO: 5, ENOSPC: 28 } as const;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'annulus-faults-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Seen {
  failures: string[];
  cycles: number;
  read: string;
  documents: number;
}

interface Outcome {
  /** Undefined: the process ended before it could tell. */
  seen: Seen | undefined;
  acknowledged: number;
}

function faulter(call: string, error: keyof typeof ERRNO): Promise<Outcome> {
  const { env } = new DiskFaults(folder, 'data.mdb');
  const script = resolve('test/integration/store-faulter.mjs');
  const args = [script, resolve('dist'), join(folder, 'store'), call, String(ERRNO[error])];
  const options = { env: { ...process.env, ...env }, timeout: 60_000 };
  return new Promise((done) => {
    execFile(process.execPath, args, options, (failure, stdout) => {
      const lines = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as object);
      const told = lines.flatMap((line) => ('acknowledged' in line ? [line.acknowledged] : []));
      const seen = failure === null ? (lines.at(-1) as Seen) : undefined;
      done({ seen, acknowledged: Number(told.at(-1)) });
    });
  });
}

describe('a store whose disk fails', () => {
  it.skipIf(reason !== undefined)(
    'at a sync refuses writes, reads on, closes, and is whole when it is opened again',
    async () => {
      const { seen } = await faulter('sync', 'EIO');
      expect(seen).toMatchObject({ cycles: 5, read: 'none' });
      expect(new Set(seen?.failures)).toEqual(new Set(['failed']));
      expect(seen?.documents).toBeGreaterThanOrEqual(17);
    },
  );

  it.skipIf(reason !== undefined)(
    'at a root page refuses writes and reads, closes, and is whole when it is opened again',
    async () => {
      const { seen } = await faulter('root', 'EIO');
      expect(seen).toMatchObject({ cycles: 5, read: 'failed' });
      expect(new Set(seen?.failures)).toEqual(new Set(['failed']));
      expect(seen?.documents).toBeGreaterThanOrEqual(17);
    },
  );

  it.skipIf(reason !== undefined).each([
    ['EIO', 'failed'],
    ['ENOSPC', 'full'],
  ] as const)(
    'at a write (%s) refuses writes, or ends its process, and has all that it acknowledged',
    async (error, failure) => {
      const { seen, acknowledged } = await faulter('write', error);
      if (seen !== undefined) {
        expect(seen).toMatchObject({ cycles: 5, read: 'none' });
        expect(new Set(seen.failures)).toEqual(new Set([failure]));
      }
      const store = await openPartitionStore({
        ...{ directory: join(folder, 'store'), collection: 'c', partition: 0, dimension: 2 },
        ...{ create: false, clock: systemClock },
      });
      expect(store.get('same')?.vector[0]).toBeGreaterThanOrEqual(acknowledged);
      await store.close();
    },
  );
});
