/**
 * The topology in pieces, for stores that limit the size of a value and of a change, as etcd does
 * (1.5 MiB and 128 operations). A root names the parts that make up the topology in force; the parts
 * are never changed, only replaced by others under new keys. So a change writes the root and what
 * really changed, putting another root in force is the one step that counts, and a reader that has a
 * root's parts has that root's topology.
 *
 * The lists at the top of the topology's JSON are cut into blocks. A collection is one part, and its
 * partitions are blocks of their own, since it is their replica sets that change often.
 */
import { hash64 } from '../../base/hash64.js';
import type { Epoch } from '../../base/ids.js';
import type { Topology } from './topology.js';
import { MalformedTopology, topologyFromJson, topologyToJson } from './topology-json.js';

/** Raised when an older release could misread what a newer one writes. */
export const TOPOLOGY_PARTS_FORMAT = 1;

const ITEMS_PER_BLOCK = 64;

/** One part: what it is, under which key it is stored, and the xxHash64 of its text. */
export interface PartEntry {
  name: string;
  key: string;
  hash: string;
}

export interface TopologyRoot {
  format: number;
  epoch: Epoch;
  /** The one change that made it; no two are the same. */
  stamp: string;
  /** The topology's own fields, its lists empty. */
  fields: Record<string, unknown>;
  /** In the order in which they are put together. */
  parts: PartEntry[];
}

export interface TopologyChange {
  root: TopologyRoot;
  /** Parts to be written, by key. */
  puts: Map<string, string>;
  /** Keys that the root before named and this one does not. */
  deletes: string[];
}

/** From the root in force (undefined: none) to one for `next`. `stamp` must be new. */
export function changeTopology(
  before: TopologyRoot | undefined,
  next: Topology,
  stamp: string,
): TopologyChange {
  const known = new Map(before?.parts.map((part) => [part.name, part]));
  const { fields, texts } = splitTopology(next);
  const puts = new Map<string, string>();
  const parts = texts.map(([name, text]): PartEntry => {
    const hash = hash64(text).toString(16);
    const old = known.get(name);
    if (old?.hash === hash) return old;
    const key = `${name}@${stamp}`;
    puts.set(key, text);
    return { name, key, hash };
  });
  const used = new Set(parts.map(({ key }) => key));
  const deletes = [...known.values()].map(({ key }) => key).filter((key) => !used.has(key));
  const root = { format: TOPOLOGY_PARTS_FORMAT, epoch: next.epoch, stamp, fields, parts };
  return { root, puts, deletes };
}

/** Throws {@link MalformedTopology} when it is no root that this release reads. */
export function parseRoot(text: string): TopologyRoot {
  let root: Partial<TopologyRoot>;
  try {
    root = JSON.parse(text) as Partial<TopologyRoot>;
  } catch (error) {
    throw new MalformedTopology(`the root is not JSON: ${(error as Error).message}`);
  }
  if (root.format !== TOPOLOGY_PARTS_FORMAT) {
    const found = JSON.stringify(root.format);
    throw new MalformedTopology(
      `the root has format ${found}; this release reads ${TOPOLOGY_PARTS_FORMAT}`,
    );
  }
  const isWhole =
    Number.isSafeInteger(root.epoch) &&
    typeof root.stamp === 'string' &&
    typeof root.fields === 'object' &&
    Array.isArray(root.parts);
  if (!isWhole) throw new MalformedTopology('the root lacks fields');
  return root as TopologyRoot;
}

/** Throws {@link MalformedTopology} when a part is lost or is not the one that the root names. */
export function assembleTopology(root: TopologyRoot, texts: ReadonlyMap<string, string>): Topology {
  const json: Record<string, unknown> = { ...root.fields };
  for (const field of Object.keys(json)) if (Array.isArray(json[field])) json[field] = [];
  const partitionsOf = new Map<string, unknown[]>();
  for (const { name, key, hash } of root.parts) {
    const text = texts.get(key);
    if (text === undefined) throw new MalformedTopology(`part ${name} is lost`);
    if (hash64(text).toString(16) !== hash) throw new MalformedTopology(`part ${name} is damaged`);
    const value: unknown = JSON.parse(text);
    const [kind = '', id = ''] = name.split('/');
    if (kind === 'collection') {
      const partitions: unknown[] = [];
      partitionsOf.set(id, partitions);
      listOf(json, 'collections').push({ ...(value as object), partitions });
    } else {
      const list = kind === 'partitions' ? partitionsOf.get(id) : listOf(json, kind);
      if (list === undefined) throw new MalformedTopology(`part ${name} belongs to nothing`);
      list.push(...(value as unknown[]));
    }
  }
  return topologyFromJson(json);
}

function splitTopology(topology: Topology): {
  fields: Record<string, unknown>;
  texts: [string, string][];
} {
  const fields: Record<string, unknown> = { ...topologyToJson(topology) };
  const texts: [string, string][] = [];
  for (const [field, value] of Object.entries(fields)) {
    if (!Array.isArray(value)) continue;
    fields[field] = [];
    if (field !== 'collections') texts.push(...blocksOf(field, value));
  }
  for (const { partitions, ...collection } of topologyToJson(topology).collections) {
    texts.push([`collection/${collection.id}`, JSON.stringify(collection)]);
    texts.push(...blocksOf(`partitions/${collection.id}`, partitions));
  }
  return { fields, texts };
}

function blocksOf(name: string, items: readonly unknown[]): [string, string][] {
  const blocks: [string, string][] = [];
  for (let start = 0; start < items.length; start += ITEMS_PER_BLOCK) {
    const block = items.slice(start, start + ITEMS_PER_BLOCK);
    blocks.push([`${name}/${start / ITEMS_PER_BLOCK}`, JSON.stringify(block)]);
  }
  return blocks;
}

function listOf(json: Record<string, unknown>, field: string): unknown[] {
  const list = json[field];
  if (!Array.isArray(list)) throw new MalformedTopology(`there is no list of ${field}`);
  return list;
}
