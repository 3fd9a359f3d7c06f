import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeId } from '../../../../src/base/ids.js';
import { seededRandom } from '../../../../src/base/random.js';
import { setReplication } from '../../../../src/coordinator/topology/move-transitions.js';
import {
  setMovesPaused,
  setNodeIntent,
} from '../../../../src/coordinator/topology/topology-transitions.js';
import { MoveWorld, REPLACE_AFTER_MS, TICK_MS } from './move-world.js';

const shapes = fc.record({
  nodes: fc.integer({ min: 3, max: 6 }),
  partitions: fc.constantFrom(1, 4, 16, 32),
  copies: fc.integer({ min: 1, max: 3 }),
});

const events = fc.constantFrom(
  ...(['join', 'drain', 'undrain', 'kill', 'revive', 'crash', 'half', 'write', 'wait'] as const),
  ...(['copies', 'pause', 'resume', 'replace', 'long'] as const),
);
type Event = typeof events extends fc.Arbitrary<infer T> ? T : never;

function active(world: MoveWorld): string[] {
  const nodes = [...world.topology.nodes.values()];
  return nodes.filter(({ intent }) => intent === 'active').map((n) => n.nodeId);
}

/** What may happen to a cluster, as far as it leaves enough nodes for the copies. */
function happen(world: MoveWorld, event: Event, choice: number): void {
  const ids = active(world);
  const copies = world.docs.replicationFactor;
  const some = ids[choice % ids.length] as string;
  const upCount = ids.filter((id) => world.isUp(nodeId(id))).length;
  const canLose = upCount > Math.max(copies, 2) && world.isUp(nodeId(some));
  const drain = (by?: string) => {
    const heir = by === undefined ? undefined : nodeId(by);
    world.change((now) => setNodeIntent(now, nodeId(some), 'draining', heir));
  };
  const pause = (isPaused: boolean) => world.change((now) => setMovesPaused(now, isPaused));
  const wait = (tickCount: number) => {
    for (let i = 0; i < tickCount; i += 1) world.tick();
  };
  const effects: Record<Event, () => void> = {
    join: () => world.join(`j${world.nowMs}`),
    drain: () => canLose && drain(),
    undrain: () => {
      for (const { nodeId: id } of world.topology.nodes.values()) {
        world.change((now) => setNodeIntent(now, id, 'active'));
      }
    },
    replace: () => {
      if (!canLose) return;
      world.join(`r${world.nowMs}`);
      drain(`r${world.nowMs}`);
    },
    kill: () => canLose && world.down.size === 0 && world.kill(some),
    revive: () => world.down.clear(),
    crash: () => world.crash(),
    half: () => {
      world.decide(choice % 3);
      world.crash();
    },
    write: () => world.writeEverywhere(),
    copies: () => {
      const wanted = 1 + (choice % Math.min(3, upCount));
      world.change((now) => setReplication(now, world.docs.id, wanted, 1));
    },
    pause: () => pause(true),
    resume: () => pause(false),
    long: () => wait(60),
    wait: () => wait(1 + (choice % 8)),
  };
  effects[event]();
}

/** Every partition has its copies, all in sync, on nodes that last, and nobody carries too many. */
function expectAtRest(world: MoveWorld): void {
  const lasting = active(world).filter((id) => world.isUp(nodeId(id)));
  const copies = Math.min(world.docs.replicationFactor, lasting.length);
  for (const { replicas } of world.docs.partitions) {
    expect(replicas.map(({ state }) => state)).toEqual(Array(copies).fill('in_sync'));
    for (const replica of replicas) {
      expect(lasting).toContain(replica.nodeId);
      expect(replica.move).toBeUndefined();
    }
  }
  const mean = (world.docs.partitions.length * copies) / lasting.length;
  const most = Math.max(...world.loads().values());
  expect(most).toBeLessThanOrEqual(Math.max(Math.ceil(mean), Math.floor(mean * 1.2)));
}

describe('the move controller', () => {
  it('always comes to rest with all copies in sync, whatever joins, drains, dies and crashes', () => {
    const script = fc.array(fc.tuple(events, fc.nat({ max: 1000 })), { maxLength: 25 });
    fc.assert(
      fc.property(shapes, script, fc.nat(), (shape, happenings, seed) => {
        const world = MoveWorld.of(seededRandom(seed), shape);
        for (const [event, choice] of happenings) {
          happen(world, event, choice);
          world.tick();
        }
        world.change((now) => setMovesPaused(now, false));
        // Replicas that are only on nodes which never come back could not be copied.
        if (happenings.some(([event]) => event === 'kill' || event === 'copies')) {
          world.down.clear();
        }
        world.settle();
        expectAtRest(world);
      }),
      { numRuns: 60 },
    );
  });

  it('no step of it leaves fewer replicas in sync than before its move, unless there are too many', () => {
    const script = fc.array(fc.tuple(events, fc.nat({ max: 1000 })), { maxLength: 25 });
    fc.assert(
      fc.property(shapes, script, fc.nat(), (shape, happenings, seed) => {
        const world = MoveWorld.of(seededRandom(seed), shape);
        const begunWith = new Map<string, number>();
        world.onStep = (step, before) => {
          if (step.kind === 'adopt' || step.kind === 'forget') return;
          const { nodeId: id, partition } = step.ref;
          const had = before[partition] as number;
          const has = world.inSyncCounts()[partition] as number;
          if (step.kind === 'begin') begunWith.set(`${id}/${partition}`, had);
          const { replicationFactor } = world.docs;
          const least = step.kind === 'finish' ? begunWith.get(`${id}/${partition}`) : undefined;
          if (has >= had) return;
          expect(has).toBeGreaterThanOrEqual(
            Math.min(replicationFactor, least ?? replicationFactor),
          );
        };
        for (const [event, choice] of happenings) {
          happen(world, event, choice);
          world.tick();
        }
      }),
      { numRuns: 60 },
    );
  });

  it('moves at most 1.2 times what it must, node by node out and in again', () => {
    for (const copies of [1, 2, 3]) {
      const world = MoveWorld.of(seededRandom(copies), { nodes: 3, partitions: 32, copies });
      const total = 32 * copies;
      let ideal = 0;
      for (let round = 0; round < (copies === 2 ? 20 : 4); round += 1) {
        for (const name of [`a${round}`, `b${round}`]) {
          world.join(name);
          ideal += Math.floor(total / world.topology.nodes.size);
          world.settle();
          expectAtRest(world);
        }
        for (const [id] of [...world.topology.nodes].slice(0, 2)) {
          ideal += world.loads().get(id) ?? 0;
          const other = [...world.topology.nodes.keys()].find((one) => one !== id);
          expect(other).toBeDefined();
          world.change((now) => setNodeIntent(now, id, 'draining'));
          world.settle();
          expectAtRest(world);
          world.removeNode(id);
        }
      }
      expect(world.begunCount).toBeLessThanOrEqual(1.2 * ideal);
    }
  });

  it('makes lost copies anew in time, however often controllers die meanwhile', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 20 }), fc.nat(), (crashEveryTicks, seed) => {
        const world = MoveWorld.of(seededRandom(seed), { nodes: 4, partitions: 8, copies: 2 });
        world.kill('n0');
        for (let i = 1; i <= (REPLACE_AFTER_MS + 4_000) / TICK_MS; i += 1) {
          world.tick();
          const isOver = world.loads().get(nodeId('n0')) === 0;
          // Each looks for a while before it acts.
          if (i % crashEveryTicks === 0 && !isOver && i * TICK_MS < REPLACE_AFTER_MS) world.crash();
        }
        expect(world.loads().get(nodeId('n0'))).toBe(0);
      }),
      { numRuns: 20 },
    );
  });

  it('moves nothing while nothing changes, nor for a node that is back in time', () => {
    fc.assert(
      fc.property(shapes, fc.nat(), (shape, seed) => {
        const world = MoveWorld.of(seededRandom(seed), shape);
        for (let i = 0; i < 20; i += 1) world.tick();
        world.kill('n0');
        world.writeEverywhere();
        for (let i = 0; i < 40; i += 1) world.tick();
        world.revive('n0');
        world.settle();
        expect(world.begunCount).toBe(0);
      }),
      { numRuns: 50 },
    );
  });
});
