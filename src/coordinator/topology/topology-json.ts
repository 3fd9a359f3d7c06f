/**
 * The topology as JSON, and back with every claim checked: what comes from a disk or another process
 * may be damaged, cut short or of another release, and must then be refused by name, not half
 * believed. `format` is raised when an older reader could misread what a newer one writes.
 */

import { MAX_PARTITION_BITS } from '../../base/hash64.js';
import { collectionId, type NodeId, nodeId } from '../../base/ids.js';
import type { Metric } from '../../base/metric.js';
import { balancingPolicies } from '../balancing/replica-picker.js';
import {
  type CollectionEntry,
  isNamed,
  makeTopology,
  type NodeEntry,
  type PartitionEntry,
  type ReplicaEntry,
  type ReplicaMove,
  type Topology,
} from './topology.js';

export const TOPOLOGY_FORMAT = 1;

/** Thrown by {@link parseTopology}: where in the JSON something is wrong, and what. */
export class MalformedTopology extends Error {
  override readonly name = 'MalformedTopology';
}

export function serializeTopology(topology: Topology): string {
  return JSON.stringify(topologyToJson(topology));
}

/** What {@link serializeTopology} writes, as values. */
export function topologyToJson(topology: Topology) {
  return {
    format: TOPOLOGY_FORMAT,
    clusterId: topology.clusterId,
    epoch: topology.epoch,
    nodes: [...topology.nodes.values()],
    collections: [...topology.collections.values()],
    ...(topology.areMovesPaused ? { areMovesPaused: true } : {}),
  };
}

/** Throws {@link MalformedTopology} unless the text is a whole and consistent topology. */
export function parseTopology(text: string): Topology {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new MalformedTopology(`topology is not JSON: ${(error as Error).message}`);
  }
  return topologyFromJson(value);
}

/** The inverse of {@link topologyToJson}, for values from elsewhere; throws as `parseTopology` does. */
export function topologyFromJson(value: unknown): Topology {
  const root = new Fields('topology', value);
  const format = root.integer('format', 1);
  if (format !== TOPOLOGY_FORMAT) {
    throw new MalformedTopology(
      `topology has format ${format}; this release reads ${TOPOLOGY_FORMAT}`,
    );
  }
  const nodes = root.list('nodes').map(parseNode);
  const collections = root.list('collections').map(parseCollection);
  unique('topology.nodes', nodes, (node) => node.nodeId);
  unique('topology.collections', collections, (collection) => collection.id);
  const named = collections.filter((collection) => isNamed(collection.state));
  unique('topology.collections', named, (collection) => collection.name);
  const nodeIds = new Set(nodes.map((node) => node.nodeId));
  for (const collection of collections) checkHolders(collection, nodeIds);
  checkFilling(collections);
  const areMovesPaused = root.has('areMovesPaused') && root.flag('areMovesPaused');
  const epoch = root.integer('epoch', 0);
  return makeTopology(root.text('clusterId'), epoch, nodes, collections, areMovesPaused);
}

function parseNode(fields: Fields): NodeEntry {
  return {
    nodeId: nodeId(fields.text('nodeId')),
    address: fields.text('address'),
    zone: fields.text('zone', 0),
    weight: fields.positive('weight'),
    intent: fields.oneOf('intent', ['active', 'draining'] as const),
    ...(fields.has('pinned') ? { pinned: fields.someOf('pinned', PINNABLE) } : {}),
    ...(fields.has('replacedBy') ? { replacedBy: nodeId(fields.text('replacedBy')) } : {}),
    ...(fields.has('downSinceMs') ? { downSinceMs: fields.integer('downSinceMs', 0) } : {}),
  };
}

const PINNABLE = ['weight', 'zone'] as const;
const MOVE_CAUSES = ['lost', 'copies', 'drain', 'replace', 'balance', 'split'] as const;
const COLLECTION_STATES = ['creating', 'ready', 'dropping', 'filling', 'retired'] as const;

function parseCollection(fields: Fields): CollectionEntry {
  const metrics: readonly Metric[] = ['cosine', 'dot', 'l2'];
  const partitions = fields.list('partitions').map(parsePartition);
  const bits = Math.log2(partitions.length);
  if (!Number.isInteger(bits) || bits > MAX_PARTITION_BITS) {
    fields.fail('partitions', `has ${partitions.length} entries, not a power of two`);
  }
  return {
    id: collectionId(fields.text('id')),
    name: fields.text('name'),
    state: fields.oneOf('state', COLLECTION_STATES),
    dimension: fields.integer('dimension', 1),
    metric: fields.oneOf('metric', metrics),
    m: fields.integer('m', 1),
    efConstruction: fields.integer('efConstruction', 1),
    replicationFactor: fields.integer('replicationFactor', 1),
    minInSync: fields.integer('minInSync', 1),
    ...(fields.has('balancingPolicy')
      ? { balancingPolicy: fields.oneOf('balancingPolicy', balancingPolicies) }
      : {}),
    partitions,
    ...(fields.has('splitOf') ? { splitOf: collectionId(fields.text('splitOf')) } : {}),
    ...(fields.has('formerIds') ? { formerIds: fields.texts('formerIds').map(collectionId) } : {}),
    createdAtMs: fields.integer('createdAtMs', 0),
  };
}

function parsePartition(fields: Fields): PartitionEntry {
  const replicas = fields.list('replicas').map(
    (replica): ReplicaEntry => ({
      nodeId: nodeId(replica.text('nodeId')),
      state: replica.oneOf('state', ['in_sync', 'recovering'] as const),
      ...(replica.has('source') ? { source: nodeId(replica.text('source')) } : {}),
      ...(replica.has('isAwaited') ? { isAwaited: replica.oneOf('isAwaited', [true]) } : {}),
      ...(replica.has('move') ? { move: parseMove(replica.inner('move')) } : {}),
    }),
  );
  unique(`${fields.path}.replicas`, replicas, (replica) => replica.nodeId);
  return {
    generation: fields.integer('generation', 1),
    ...(fields.has('minInSync') ? { minInSync: fields.integer('minInSync', 1) } : {}),
    replicas,
  };
}

function parseMove(fields: Fields): ReplicaMove {
  return {
    cause: fields.oneOf('cause', MOVE_CAUSES),
    ...(fields.has('from') ? { from: nodeId(fields.text('from')) } : {}),
    inSyncMin: fields.integer('inSyncMin', 0),
    begunAtMs: fields.integer('begunAtMs', 0),
  };
}

function checkHolders(collection: CollectionEntry, known: ReadonlySet<NodeId>): void {
  collection.partitions.forEach(({ replicas }, partition) => {
    const stranger = replicas.find((replica) => !known.has(replica.nodeId));
    if (stranger === undefined) return;
    throw new MalformedTopology(
      `partition ${partition} of ${collection.name} is on ${stranger.nodeId}, which is no node`,
    );
  });
}

/** A filling collection splits one that serves, which no other one does. */
function checkFilling(collections: readonly CollectionEntry[]): void {
  const filling = collections.filter(({ state }) => state === 'filling');
  unique('topology.collections', filling, ({ splitOf }) => `splits ${splitOf}`);
  for (const { name, splitOf, partitions } of filling) {
    const split = collections.find(({ id, state }) => id === splitOf && state === 'ready');
    if (split !== undefined && split.partitions.length < partitions.length) continue;
    throw new MalformedTopology(`${name} is filling, and splits nothing`);
  }
}

function unique<T>(path: string, items: readonly T[], keyOf: (item: T) => string): void {
  const seen = new Set<string>();
  for (const item of items) {
    const key = keyOf(item);
    if (seen.has(key)) throw new MalformedTopology(`${path} names ${key} twice`);
    seen.add(key);
  }
}

/** One object of the JSON, with its place for error messages. */
class Fields {
  readonly path: string;
  readonly #object: Record<string, unknown>;

  constructor(path: string, value: unknown) {
    this.path = path;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new MalformedTopology(`${path} is not an object`);
    }
    this.#object = value as Record<string, unknown>;
  }

  has(key: string): boolean {
    return this.#get(key) !== undefined;
  }

  text(key: string, lengthMin = 1): string {
    const value = this.#get(key);
    if (typeof value !== 'string' || value.length < lengthMin) {
      return this.fail(key, lengthMin > 0 ? 'is not a non-empty text' : 'is not a text');
    }
    return value;
  }

  integer(key: string, min: number): number {
    const value = this.#get(key);
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min) {
      return this.fail(key, `is not a whole number of at least ${min}`);
    }
    return value;
  }

  positive(key: string): number {
    const value = this.#get(key);
    if (typeof value !== 'number' || !(value > 0)) return this.fail(key, 'is not above 0');
    return value;
  }

  oneOf<T extends string | true>(key: string, allowed: readonly T[]): T {
    const value = this.#get(key);
    const found = allowed.find((candidate) => candidate === value);
    return found ?? this.fail(key, `is none of ${allowed.join(', ')}`);
  }

  flag(key: string): boolean {
    const value = this.#get(key);
    return typeof value === 'boolean' ? value : this.fail(key, 'is neither true nor false');
  }

  inner(key: string): Fields {
    return new Fields(`${this.path}.${key}`, this.#get(key));
  }

  someOf<T extends string>(key: string, allowed: readonly T[]): T[] {
    const value = this.#get(key);
    if (!Array.isArray(value)) return this.fail(key, 'is not a list');
    const found = allowed.filter((candidate) => value.includes(candidate));
    return found.length === value.length
      ? found
      : this.fail(key, `has others than ${allowed.join(', ')}`);
  }

  texts(key: string): string[] {
    const value = this.#get(key);
    const isList = Array.isArray(value) && value.every((item) => typeof item === 'string');
    return isList ? value : this.fail(key, 'is not a list of texts');
  }

  list(key: string): Fields[] {
    const value = this.#get(key);
    if (!Array.isArray(value)) return this.fail(key, 'is not a list');
    return value.map((item, index) => new Fields(`${this.path}.${key}[${index}]`, item));
  }

  fail(key: string, what: string): never {
    throw new MalformedTopology(`${this.path}.${key} ${what}`);
  }

  #get(key: string): unknown {
    return Object.hasOwn(this.#object, key) ? this.#object[key] : undefined;
  }
}
