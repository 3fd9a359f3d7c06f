import {
  MemoryTopologyCells,
  MemoryTopologyStore,
} from '../../src/coordinator/topology/memory-topology-store.js';
import { describeTopologyStore } from './topology-store.contract.js';

describeTopologyStore(
  'memory',
  async () => {
    const cells = new MemoryTopologyCells();
    return { open: async () => new MemoryTopologyStore(cells), dispose: async () => {} };
  },
  { isShared: true },
);
