import { expect, it } from 'vitest';
import { collectionId, type NodeId, nodeId } from '../../../../src/base/ids.js';
import { silentLogger } from '../../../../src/base/logger.js';
import { seededRandom } from '../../../../src/base/random.js';
import { NodeRegistry } from '../../../../src/coordinator/nodes/node-registry.js';
import { RequestContext } from '../../../../src/coordinator/request-context.js';
import { DocumentReads } from '../../../../src/coordinator/search/document-reads.js';
import { ReadRouter } from '../../../../src/coordinator/search/read-router.js';
import { setReplicaState } from '../../../../src/coordinator/topology/replica-transitions.js';
import {
  type CollectionEntry,
  emptyTopology,
  type Topology,
} from '../../../../src/coordinator/topology/topology.js';
import {
  addNode,
  createCollection,
  type TransitionResult,
} from '../../../../src/coordinator/topology/topology-transitions.js';
import type { ShardLink } from '../../../../src/coordinator/transport/shard-link.js';
import { VirtualClock } from '../../../support/virtual-clock.js';

const [a, b] = [nodeId('a'), nodeId('b')];
const collection = collectionId('c0ffee');
const load = { queueDepth: 0, queueMs: 0, serviceMs: 0, highestVersion: 0n };

function grown(result: TransitionResult): Topology {
  if (result.kind === 'refused') throw new Error(result.message);
  return result.topology;
}

/** Two nodes with both replicas of one partition, each knowing some generation of it. */
class World {
  readonly clock = new VirtualClock();
  readonly generations = new Map<NodeId, number>([
    [a, 1],
    [b, 1],
  ]);
  readonly asked: string[] = [];
  /** Nodes that cannot take note of what they are told. */
  readonly deaf = new Set<NodeId>();
  topology: Topology;
  readonly nodes: NodeRegistry;
  readonly reads: DocumentReads;

  constructor() {
    let topology = emptyTopology('cluster');
    for (const id of [a, b]) {
      topology = grown(addNode(topology, { nodeId: id, address: 'h:1', zone: id, weight: 1 }));
    }
    this.topology = grown(
      createCollection(topology, {
        ...{ id: collection, name: 'docs', dimension: 2, metric: 'l2' },
        ...{ m: 16, efConstruction: 100, replicationFactor: 2, createdAtMs: 0 },
        placement: [[a, b]],
      }),
    );
    const random = seededRandom(1);
    this.nodes = new NodeRegistry(
      this.topology,
      ({ nodeId: id }, observer) => {
        this.clock.defer(() => observer.onConnected());
        return this.#link(id);
      },
      this.clock,
      random,
      silentLogger,
    );
    this.reads = new DocumentReads(new ReadRouter(this.nodes, this.clock, random));
  }

  get entry(): CollectionEntry {
    return this.topology.collections.get(collection) as CollectionEntry;
  }

  /** The replica set changes; who holds what does not. */
  renew(): void {
    const ref = { collectionId: collection, partition: 0, nodeId: b };
    const out = grown(setReplicaState(this.topology, ref, 'recovering'));
    this.topology = grown(setReplicaState(out, ref, 'in_sync'));
    this.nodes.topologyChanged(this.topology);
  }

  takeOut(id: NodeId): void {
    const ref = { collectionId: collection, partition: 0, nodeId: id };
    this.topology = grown(setReplicaState(this.topology, ref, 'recovering'));
    this.nodes.topologyChanged(this.topology);
  }

  /** How a count that was planned on `planned` ends. */
  async count(
    planned: CollectionEntry,
    { leavesAfterMs, timeoutMs = 1_000 }: { leavesAfterMs?: number; timeoutMs?: number } = {},
  ): Promise<string> {
    const context = new RequestContext(this.clock.nowMs(), this.clock.nowMs() + timeoutMs);
    if (leavesAfterMs !== undefined) this.clock.setTimer(leavesAfterMs, () => context.cancel());
    let end: string | undefined;
    this.reads.count(planned, context).then(
      (count) => {
        end = `counts ${count}`;
      },
      (error: Error) => {
        end = error.message;
      },
    );
    await this.clock.runUntilTrue(() => end !== undefined, 10_000);
    return end as string;
  }

  #link(id: NodeId): ShardLink {
    return {
      nodeId: id,
      isConnected: true,
      outstanding: 0,
      send: (request, _, done) => {
        this.clock.setTimer(1, () => {
          if (request.kind !== 'count') {
            done({ status: 'ok', reply: { kind: 'heartbeat', epoch: 99, replicas: [] }, load });
            return;
          }
          const known = this.generations.get(id) ?? 0;
          const targets = request.targets.map(({ partition, generation }) => {
            this.asked.push(`${id} for ${generation}`);
            if (generation < known) {
              return { partition, status: 'stale_generation' as const, documentCount: 0 };
            }
            const status = generation > known ? ('unknown_generation' as const) : ('ok' as const);
            return { partition, status, documentCount: 7 };
          });
          done({ status: 'ok', reply: { kind: 'count', targets }, load });
        });
        return { cancel() {} };
      },
      assign: async () => {
        if (this.deaf.has(id)) throw new Error('no room on its disk');
        return [];
      },
      close() {},
    };
  }
}

it('asks again for the newest replica set when a change overtook the read', async () => {
  const world = new World();
  await world.clock.runForAsync(5);
  const planned = world.entry;
  world.takeOut(b);
  world.generations.set(a, 2).set(b, 2);
  expect(await world.count(planned)).toBe('counts 7');
  expect(world.asked.at(-1)).toBe('a for 2');
});

it('waits for a node that has yet to hear of the change', async () => {
  const world = new World();
  await world.clock.runForAsync(5);
  world.takeOut(b);
  world.clock.setTimer(30, () => world.generations.set(a, 2));
  expect(await world.count(world.entry)).toBe('counts 7');
  expect(new Set(world.asked)).toEqual(new Set(['a for 2']));
});

it('waits for two seconds when that takes so long, and there is nobody else', async () => {
  const world = new World();
  await world.clock.runForAsync(5);
  world.takeOut(b);
  world.clock.setTimer(2_000, () => world.generations.set(a, 2));
  expect(await world.count(world.entry, { timeoutMs: 10_000 })).toBe('counts 7');
});

it('gives up when a node never hears of it, and says who was asked', async () => {
  const world = new World();
  await world.clock.runForAsync(5);
  world.takeOut(b);
  expect(await world.count(world.entry)).toMatch(/tried a: unknown_generation(, a: \w+){4}\)/);
  expect(world.asked.length).toBe(5);
});

it('asks nobody who could not be told of the change while another one knows', async () => {
  const world = new World();
  await world.clock.runForAsync(5);
  world.deaf.add(b);
  world.renew();
  const { generation } = world.entry.partitions[0] ?? {};
  world.generations.set(a, Number(generation));
  await world.clock.runForAsync(5);
  for (let i = 0; i < 50; i += 1) expect(await world.count(world.entry)).toBe('counts 7');
  expect(new Set(world.asked)).toEqual(new Set([`a for ${generation}`]));
});

it('ends at once when the caller leaves during a pause', async () => {
  const world = new World();
  await world.clock.runForAsync(5);
  world.takeOut(b);
  const beganMs = world.clock.nowMs();
  await world.count(world.entry, { leavesAfterMs: 50 });
  expect(world.clock.nowMs() - beganMs).toBe(50);
});
