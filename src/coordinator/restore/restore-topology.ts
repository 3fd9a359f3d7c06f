/**
 * Puts a backup of the topology into a store that has none, brought up to date by the nodes. No
 * coordinator of the cluster may run meanwhile.
 */
import { StartupError } from '../../base/startup-error.js';
import { MalformedTopology, parseTopology } from '../topology/topology-json.js';
import type { TopologyStore } from '../topology/topology-store.js';
import { type NodeMemory, type Restored, restoredTopology } from './restored-topology.js';

export interface RestoreOptions {
  /** What `annulus topology backup` wrote. */
  text: string;
  /** HOST:PORT of nodes that joined after the backup. */
  moreNodes: readonly string[];
  acceptDataLoss: boolean;
}

/** Asks the node at an address what it remembers; undefined when it does not answer. */
export type DescribeNode = (address: string) => Promise<DescribedNode | undefined>;

export interface DescribedNode extends NodeMemory {
  /** Empty: it was never in one. */
  clusterId: string;
}

/** Rejects with a `StartupError` that says why not. */
export async function restoreTopology(
  store: TopologyStore,
  describe: DescribeNode,
  { text, moreNodes, acceptDataLoss }: RestoreOptions,
): Promise<Restored> {
  const backup = parsed(text);
  const found = await store.load();
  if (found !== undefined) {
    throw new StartupError(
      `there is a topology already, of epoch ${found.epoch}: a backup is restored where there is none`,
    );
  }
  const addresses = new Set([...backup.nodes.values()].map(({ address }) => address));
  for (const address of moreNodes) addresses.add(address);
  const asked = await Promise.all([...addresses].map((address) => describe(address)));
  const memories = asked.filter((one) => one !== undefined);
  const stranger = memories.find(({ clusterId }) => {
    return clusterId !== '' && clusterId !== backup.clusterId;
  });
  if (stranger !== undefined) {
    const { nodeId: id, clusterId } = stranger;
    throw new StartupError(`node ${id} belongs to cluster ${clusterId}, not ${backup.clusterId}`);
  }
  const restored = restoredTopology(backup, memories);
  if (restored.losses.length > 0 && !acceptDataLoss) {
    throw new StartupError(
      `nothing was restored, since writes may be lost: ${restored.losses.join('; ')}`,
    );
  }
  if (!(await store.compareAndSwap(undefined, restored.topology))) {
    throw new StartupError('another process made a topology meanwhile');
  }
  return restored;
}

function parsed(text: string) {
  try {
    return parseTopology(text);
  } catch (error) {
    if (!(error instanceof MalformedTopology)) throw error;
    throw new StartupError(`the backup cannot be used: ${error.message}`, error);
  }
}
