/** Adds shard nodes to the topology, and follows them when they come back under another address. */
import { AnnulusError } from '../../base/errors.js';
import { invariant } from '../../base/invariant.js';
import type { NodeRegistry } from '../nodes/node-registry.js';
import type { NodeEntry } from '../topology/topology.js';
import { addNode } from '../topology/topology-transitions.js';
import type { TopologyKeeper } from '../topology-keeper.js';

export type WantedNode = Pick<NodeEntry, 'nodeId' | 'address' | 'zone' | 'weight'>;

export class NodeAdmin {
  readonly #topology: TopologyKeeper;
  readonly #nodes: NodeRegistry;

  constructor(topology: TopologyKeeper, nodes: NodeRegistry) {
    this.#topology = topology;
    this.#nodes = nodes;
  }

  /**
   * Adds a node or updates the one of this name. Refused while the node is healthy at another
   * address: two processes must not be one node.
   */
  async add(wanted: WantedNode): Promise<NodeEntry> {
    const known = this.#nodes.get(wanted.nodeId);
    if (
      known !== undefined &&
      known.entry.address !== wanted.address &&
      known.health.state === 'up'
    ) {
      throw new AnnulusError(
        'ALREADY_EXISTS',
        'NODE_CONFLICT',
        `node ${wanted.nodeId} is up at ${known.entry.address}; stop it before it moves`,
        { metadata: { node_id: wanted.nodeId, address: known.entry.address } },
      );
    }
    const topology = await this.#topology.update((current) => addNode(current, wanted));
    const entry = topology.nodes.get(wanted.nodeId);
    invariant(entry !== undefined, `node ${wanted.nodeId} was not added`);
    return entry;
  }
}
