import { describe, expect, it } from 'vitest';
import { DIGEST_BUCKET_COUNT } from '../../../../src/base/hash64.js';
import { collectionId, type NodeId, nodeId } from '../../../../src/base/ids.js';
import { silentLogger } from '../../../../src/base/logger.js';
import type { NodeRegistry } from '../../../../src/coordinator/nodes/node-registry.js';
import { ReplicaComparer } from '../../../../src/coordinator/replication/replica-comparer.js';
import {
  type CollectionEntry,
  makeTopology,
  type ReplicaEntry,
  type Topology,
} from '../../../../src/coordinator/topology/topology.js';
import { type RecoveryPeer, refusedAs } from '../../../../src/wire/recovery-messages.js';
import { VirtualClock } from '../../../support/virtual-clock.js';

const collection = collectionId('c0ffee');
const INTERVAL_MS = 1_000;

/** Nodes that hold numbers, bucket by bucket; a merge takes over what is larger. */
class World {
  readonly clock = new VirtualClock();
  readonly held = new Map<NodeId, BigUint64Array>();
  readonly away = new Set<NodeId>();
  readonly mute = new Set<NodeId>();
  readonly merges: string[] = [];
  /** Called with every digest that is asked for. */
  onDigest: (id: NodeId) => void = () => {};
  openPeerCount = 0;
  topology: Topology;
  readonly comparer: ReplicaComparer;

  constructor(replicas: ReplicaEntry[], intervalMs = 0) {
    this.topology = makeTopology('cluster', 1, [], [entryOf(replicas)]);
    for (const { nodeId: id } of replicas) this.held.set(id, new BigUint64Array(1024));
    const get = (id: NodeId) => ({
      entry: { address: id },
      link: { isConnected: !this.away.has(id) },
    });
    const world = this;
    this.comparer = new ReplicaComparer({
      isController: () => true,
      topology: {
        get current() {
          return world.topology;
        },
      },
      nodes: { get } as unknown as NodeRegistry,
      connectPeer: (address) => this.#peer(nodeId(address)),
      clock: this.clock,
      logger: silentLogger,
      options: { intervalMs, tombstoneGraceMs: 86_400_000 },
    });
  }

  set(id: NodeId, bucket: number, value: bigint): void {
    (this.held.get(id) as BigUint64Array)[bucket] = value;
  }

  async compare() {
    const [entry] = this.topology.collections.values();
    let compared: Awaited<ReturnType<ReplicaComparer['compare']>> | undefined;
    void this.comparer.compare(entry as CollectionEntry).then((answer) => {
      compared = answer;
    });
    await this.clock.runUntilTrue(() => compared !== undefined);
    return compared?.[0];
  }

  #peer(id: NodeId): RecoveryPeer {
    this.openPeerCount += 1;
    return {
      ask: async (question) => {
        if (this.mute.has(id)) return refusedAs('not_yet', 'it has yet to hear of that');
        const digest = this.held.get(id) as BigUint64Array;
        if (question.kind === 'digest') {
          this.onDigest(id);
          return { kind: 'digest', documentCount: 3, digest: digest.slice() };
        }
        if (question.kind !== 'merge') throw new Error(question.kind);
        const { sourceNodeId, buckets } = question;
        const source = this.held.get(sourceNodeId) as BigUint64Array;
        const named: number[] = [];
        for (let i = 0; i < DIGEST_BUCKET_COUNT; i += 1) {
          if (((buckets[i >> 3] as number) & (1 << (i & 7))) === 0) continue;
          named.push(i);
          if ((source[i] as bigint) > (digest[i] as bigint)) digest[i] = source[i] as bigint;
        }
        this.merges.push(`${id} from ${sourceNodeId}: ${named}`);
        return { kind: 'merge', rowCount: named.length };
      },
      close: () => {
        this.openPeerCount -= 1;
      },
    };
  }
}

function entryOf(replicas: ReplicaEntry[]): CollectionEntry {
  return {
    ...{ id: collection, name: 'docs', state: 'ready', dimension: 2, metric: 'l2', m: 16 },
    ...{ efConstruction: 100, replicationFactor: 3, minInSync: 1, createdAtMs: 0 },
    partitions: [{ generation: 4, replicas }],
  };
}

const [a, b, c] = [nodeId('a'), nodeId('b'), nodeId('c')];
const inSync = (...ids: NodeId[]): ReplicaEntry[] =>
  ids.map((id) => ({ nodeId: id, state: 'in_sync' }));

describe('comparing replicas on demand', () => {
  it('finds nothing where all hold the same, and lets go of its connections', async () => {
    const world = new World(inSync(a, b, c));
    expect(await world.compare()).toMatchObject({ bucketsDiffering: 0 });
    expect(world.openPeerCount).toBe(0);
  });

  it('says which replica holds something else, and heals nothing', async () => {
    const world = new World(inSync(a, b, c));
    world.set(b, 1023, 9n);
    expect(await world.compare()).toMatchObject({
      bucketsDiffering: 1,
      replicas: [{ bucketsDiffering: 0 }, { bucketsDiffering: 1 }, { bucketsDiffering: 0 }],
    });
    expect(world.merges).toEqual([]);
    expect(world.comparer.divergence()).toEqual([
      { collection: 'docs', partition: 0, bucketCount: 1 },
    ]);
  });

  it('does not take a write that is under way for a difference', async () => {
    const world = new World(inSync(a, b));
    let lookCount = 0;
    world.onDigest = (id) => {
      if (id !== a) return;
      lookCount += 1;
      // Each write reaches one replica just before a look, and the other one after it.
      world.set(a, lookCount, BigInt(lookCount));
      if (lookCount > 1) world.set(b, lookCount - 1, BigInt(lookCount - 1));
    };
    expect(await world.compare()).toMatchObject({ bucketsDiffering: 0 });
    expect(lookCount).toBeGreaterThan(1);
  });

  it('leaves out replicas that recover, and nodes that are away or do not answer', async () => {
    const world = new World([...inSync(a, b), { nodeId: c, state: 'recovering' }]);
    world.set(c, 1, 1n);
    expect((await world.compare())?.replicas.map((one) => one.nodeId)).toEqual([a, b]);
    world.away.add(b);
    world.set(b, 2, 2n);
    expect(await world.compare()).toMatchObject({ bucketsDiffering: 0, replicas: [{}] });
    world.away.clear();
    world.mute.add(a);
    expect((await world.compare())?.replicas.map((one) => one.nodeId)).toEqual([b]);
  });
});

describe('comparing replicas in the background', () => {
  it('heals what differs: each takes over what is newer at each other', async () => {
    const world = new World(inSync(a, b, c), INTERVAL_MS);
    world.set(a, 5, 1n);
    world.set(c, 6, 2n);
    await world.clock.runForAsync(5 * INTERVAL_MS);
    const [first] = world.held.values();
    for (const digest of world.held.values()) expect(digest).toEqual(first);
    expect(first?.[5]).toBe(1n);
    expect(first?.[6]).toBe(2n);
    expect(new Set(world.merges.map((merge) => merge.split(': ')[1]))).toEqual(new Set(['5,6']));
    expect(world.comparer.divergence()).toMatchObject([{ bucketCount: 0 }]);
    world.comparer.close();
  });

  it('asks nobody to merge while all is equal', async () => {
    const world = new World(inSync(a, b), INTERVAL_MS);
    await world.clock.runForAsync(5 * INTERVAL_MS);
    expect(world.merges).toEqual([]);
    world.comparer.close();
  });

  it('forgets the divergence of collections that are gone', async () => {
    const world = new World(inSync(a, b), INTERVAL_MS);
    await world.clock.runForAsync(2 * INTERVAL_MS);
    expect(world.comparer.divergence().length).toBe(1);
    world.topology = makeTopology('cluster', 2, [], []);
    await world.clock.runForAsync(3 * INTERVAL_MS);
    expect(world.comparer.divergence()).toEqual([]);
    world.comparer.close();
  });

  it('ends with its coordinator', async () => {
    const world = new World(inSync(a, b), INTERVAL_MS);
    world.comparer.close();
    world.set(a, 1, 1n);
    await world.clock.runForAsync(5 * INTERVAL_MS);
    expect(world.merges).toEqual([]);
  });
});
