import { MemoryPartitionStore } from '../../shards/store/memory-partition-store.js';
import { SimulatedDisk } from '../../shards/store/simulated-disk.js';
import { systemClock } from '../../src/base/system-clock.js';
import { describePartitionStore, type StorePlace } from './partition-store.contract.js';
import { describeAbsorbing } from './partition-store-absorb.contract.js';

function makePlace(): StorePlace {
  const disk = new SimulatedDisk(systemClock, { syncMs: 0 });
  return {
    open: async () => new MemoryPartitionStore(disk, 2),
    dispose: async () => {},
  };
}

describePartitionStore('MemoryPartitionStore', makePlace, 50);
describeAbsorbing('MemoryPartitionStore', makePlace, 50);
