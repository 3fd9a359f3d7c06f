import { MemoryPartitionStore } from '../../shards/store/memory-partition-store.js';
import { SimulatedDisk } from '../../shards/store/simulated-disk.js';
import { systemClock } from '../../src/base/system-clock.js';
import { describePartitionStore } from './partition-store.contract.js';

describePartitionStore(
  'MemoryPartitionStore',
  () => {
    const disk = new SimulatedDisk(systemClock, { syncMs: 0 });
    return {
      open: async () => new MemoryPartitionStore(disk, 2),
      dispose: async () => {},
    };
  },
  50,
);
