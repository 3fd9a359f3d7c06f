import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPartitionStore } from '../../shards/store/open-store.js';
import { systemClock } from '../../src/base/system-clock.js';
import { describePartitionStore, type StorePlace } from './partition-store.contract.js';
import { describeAbsorbing } from './partition-store-absorb.contract.js';

function makePlace(): StorePlace {
  const parent = mkdtempSync(join(tmpdir(), 'annulus-store-'));
  return {
    open: () =>
      openPartitionStore({
        directory: join(parent, 'store'),
        collection: 'c1',
        partition: 3,
        dimension: 2,
        create: true,
        clock: systemClock,
      }),
    dispose: async () => rmSync(parent, { recursive: true }),
  };
}

describePartitionStore('LmdbPartitionStore', makePlace, 20);
describeAbsorbing('LmdbPartitionStore', makePlace, 15);
