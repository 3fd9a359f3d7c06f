import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type NodeId, nodeId } from '../../../../src/base/ids.js';
import { RequestContext } from '../../../../src/coordinator/request-context.js';
import { defaultAdmissionOptions } from '../../../../src/coordinator/resilience/admission.js';
import { type Passage, ReadGate } from '../../../../src/coordinator/resilience/read-gate.js';
import { settlePromises, VirtualClock } from '../../../support/virtual-clock.js';

const [a, b, c] = ['a', 'b', 'c'].map(nodeId) as [NodeId, NodeId, NodeId];

class GateWorld {
  readonly clock = new VirtualClock();
  /** Places left; absent: not up. */
  readonly places = new Map<NodeId, number>();
  readonly log: string[] = [];
  readonly passages = new Map<string, Passage>();
  readonly gate = new ReadGate(
    {
      hasRoom: (id) => {
        const left = this.places.get(id);
        return left === undefined ? undefined : left > 0;
      },
    },
    this.clock,
    defaultAdmissionOptions,
  );

  /** A read of these sets; takes a place of the first node with room of each, until `end`. */
  read(name: string, sets: NodeId[][], timeoutMs = 10_000, isPartEnough?: () => boolean) {
    const nowMs = this.clock.nowMs();
    const context = new RequestContext(nowMs, nowMs + timeoutMs);
    const taken: NodeId[] = [];
    const start = async (passage: Passage) => {
      this.log.push(name);
      this.passages.set(name, passage);
      for (const id of new Set(sets.flat())) {
        const left = this.places.get(id);
        if (left === undefined || left <= 0) continue;
        this.places.set(id, left - 1);
        taken.push(id);
      }
    };
    this.gate.run(sets, context, start, isPartEnough).catch((error) => {
      this.log.push(`${name} ${error.reason} ${error.metadata.cause ?? ''}`.trim());
    });
    return {
      context,
      end: () => {
        for (const id of taken) this.places.set(id, (this.places.get(id) as number) + 1);
        this.gate.pump();
      },
    };
  }

  async settle(forMs = 0) {
    await this.clock.runForAsync(forMs);
    await settlePromises();
    return this.log.splice(0);
  }
}

describe('ReadGate', () => {
  it('lets a read on at once, before anything else happens, while there is room', () => {
    const world = new GateWorld();
    world.places.set(a, 1);
    world.read('first', [[a]]);
    expect(world.log).toEqual(['first']);
    expect(world.passages.get('first')).toEqual({ waitedMs: 0, isPartial: false });
  });

  it('lets reads in that waited in the order in which they came, one for each place', async () => {
    const world = new GateWorld();
    world.places.set(a, 1);
    const first = world.read('first', [[a]]);
    const second = world.read('second', [[a]]);
    world.read('third', [[a]]);
    expect(await world.settle(5)).toEqual(['first']);
    first.end();
    expect(world.log).toEqual(['second']);
    expect(world.passages.get('second')?.waitedMs).toBe(5);
    second.end();
    expect(await world.settle()).toEqual(['second', 'third']);
    expect(world.gate.waitingCount).toBe(0);
    expect(await world.settle(20)).toEqual([]);
    expect(world.clock.nextEventAtMs()).toBeUndefined();
  });

  it('lets nobody overtake who needs a node that an earlier one waits for', async () => {
    const world = new GateWorld();
    for (const id of [a, b, c]) world.places.set(id, 1);
    const holder = world.read('holder', [[b]]);
    world.read('both', [[a], [b]]);
    world.read('overtaker', [[a]]);
    world.read('elsewhere', [[c]]);
    expect(await world.settle()).toEqual(['holder', 'elsewhere']);
    holder.end();
    expect(await world.settle()).toEqual(['both']);
  });

  it('needs one replica with room for each partition, not all', () => {
    const world = new GateWorld();
    world.places.set(a, 0).set(b, 1);
    world.read('read', [[a, b]]);
    expect(world.log).toEqual(['read']);
  });

  it('holds nobody back for nodes that are not up, but does for those that are', async () => {
    const world = new GateWorld();
    world.read('all down', [[a, b]]);
    world.places.set(b, 0);
    world.read('one full', [[a, b]]);
    expect(await world.settle()).toEqual(['all down']);
    world.places.delete(b);
    expect(await world.settle(10)).toEqual(['one full']);
  });

  it('refuses at its deadline who could not be let in, and forgets who left', async () => {
    const world = new GateWorld();
    world.places.set(a, 0);
    world.read('short', [[a]], 50);
    const gone = world.read('gone', [[a]]);
    gone.context.cancel();
    expect(await world.settle(49)).toEqual(['gone CANCELLED']);
    expect(await world.settle(2)).toEqual(['short QUEUE_FULL deadline']);
    expect(world.gate.waitingCount).toBe(0);
  });

  it('goes on in part rather than being refused, where a part is enough', async () => {
    const world = new GateWorld();
    world.places.set(a, 0).set(b, 1);
    world.read('whole', [[a], [b]], 4);
    world.read('too little', [[a], [b]], 4, () => false);
    world.read('part', [[a], [b]], 4, () => true);
    expect(await world.settle()).toEqual([
      'part',
      'whole QUEUE_FULL deadline',
      'too little QUEUE_FULL deadline',
    ]);
    expect(world.passages.get('part')?.isPartial).toBe(true);
    expect(world.gate.hasRoomFor([a])).toBe(false);
    expect(world.gate.counters).toMatchObject({ partial: 1, refused: new Map([['deadline', 2]]) });
  });

  it('refuses everybody who waits when it is closed', async () => {
    const world = new GateWorld();
    world.places.set(a, 0);
    world.read('waiting', [[a]]);
    world.gate.close();
    expect(await world.settle()).toEqual(['waiting QUEUE_FULL queue']);
  });

  it('lets in, in order, exactly whom a naive queue per node set lets in', async () => {
    // One node, any number of places, reads that hold one for a while: the twin is a plain list.
    const step = fc.oneof(fc.constant('read' as const), fc.constant('end' as const));
    await fc.assert(
      fc.asyncProperty(fc.nat(3), fc.array(step, { maxLength: 60 }), async (places, steps) => {
        const world = new GateWorld();
        world.places.set(a, places);
        const naive = { left: places, waiting: [] as string[], log: [] as string[] };
        const running: { end(): void }[] = [];
        const all: { name: string; end(): void }[] = [];
        steps.forEach((kind, i) => {
          if (kind === 'read') {
            const name = String(i);
            all.push({ name, ...world.read(name, [[a]]) });
            if (naive.left > 0) {
              naive.left -= 1;
              naive.log.push(name);
            } else naive.waiting.push(name);
          } else {
            const ended = all.find((one) => world.log.includes(one.name) && !running.includes(one));
            if (ended === undefined) return;
            running.push(ended);
            ended.end();
            const next = naive.waiting.shift();
            if (next === undefined) naive.left += 1;
            else naive.log.push(next);
          }
          expect(world.log).toEqual(naive.log);
        });
      }),
      { numRuns: 100 },
    );
  });
});
