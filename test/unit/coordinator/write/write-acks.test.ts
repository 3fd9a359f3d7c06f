import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type NodeId, nodeId } from '../../../../src/base/ids.js';
import {
  acksRequired,
  type Consistency,
  hasOnlyShrunk,
  type ReplicaSetView,
} from '../../../../src/coordinator/write/replica-set-view.js';
import type { WriteFault } from '../../../../src/coordinator/write/replica-standing.js';
import { WriteAcks } from '../../../../src/coordinator/write/write-acks.js';
import type {
  WriteAcksEffect,
  WriteSettlement,
} from '../../../../src/coordinator/write/write-acks-effect.js';

const [a, b, c] = [nodeId('a'), nodeId('b'), nodeId('c')];
const nobody: ReadonlySet<NodeId> = new Set();

function viewOf(generation: number, inSync: NodeId[], recovering: NodeId[] = []): ReplicaSetView {
  return { generation, minInSync: 1, inSync, recovering, awaited: nobody };
}

describe('acksRequired', () => {
  it.each([
    ['in_sync', 3, 3, 3],
    ['in_sync', 2, 3, 2],
    ['majority', 3, 3, 2],
    ['majority', 1, 3, 1],
    ['majority', 2, 2, 2],
    ['one', 3, 3, 1],
  ] as const)('%s of %i in sync and %i replicas needs %i', (consistency, inSync, all, needed) => {
    expect(acksRequired(consistency, inSync, all)).toBe(needed);
  });
});

describe('hasOnlyShrunk', () => {
  it.each([
    ['one went out', viewOf(4, [a, b], [c]), true],
    ['two went out', viewOf(5, [a], [b, c]), true],
    ['one went out and came back', viewOf(5, [a, b, c]), false],
    ['one went out while another was added', viewOf(5, [a, b], [c]), false],
    ['another came in for one that went out', viewOf(4, [a, b, nodeId('d')]), false],
  ])('%s', (_, after, expected) => {
    expect(hasOnlyShrunk(viewOf(3, [a, b, c]), after)).toBe(expected);
  });
});

const faults: WriteFault[] = [
  'timed_out',
  'unavailable',
  'rejected',
  'corrupt',
  'missing',
  'stale_generation',
  'unknown_generation',
  'storage_full',
];
type Event = {
  kind: 'ok' | 'fault' | 'remove' | 'return' | 'deadline';
  node: number;
  fault: number;
};
const event: fc.Arbitrary<Event> = fc.record({
  kind: fc.constantFrom('ok', 'ok', 'fault', 'fault', 'remove', 'return', 'deadline'),
  node: fc.nat(2),
  fault: fc.nat(faults.length - 1),
});

/** A world of three replicas around one write, which knows who really holds it. */
class World {
  readonly settlements: { settlement: WriteSettlement; isOnAllInSync: boolean }[] = [];
  readonly outgoing: { nodeId: NodeId; generation: number }[] = [];
  readonly toEvict: NodeId[] = [];
  evictionsWithoutHolder = 0;
  finishCount = 0;
  #holders = new Set<NodeId>();
  #view = viewOf(1, [a, b, c]);
  #nowMs = 0;
  readonly #acks: WriteAcks;

  constructor(consistency: Consistency) {
    this.#acks = new WriteAcks(this.#view, {
      consistency,
      opCount: 1,
      deadlineAtMs: 500,
      patienceMs: 300,
    });
    this.#perform(this.#acks.start(0));
  }

  run({ kind, node, fault }: Event): void {
    this.#nowMs += 20;
    if (kind === 'deadline') this.#perform(this.#acks.deadlinePassed());
    else if (kind === 'remove') this.#changeTo(this.#view.inSync.slice(1));
    else if (kind === 'return' && this.#view.inSync.length < 3) this.#returnOne();
    else this.#answer(node, kind === 'ok' ? undefined : (faults[fault] as WriteFault));
  }

  /** Every call ends, every eviction is carried out. */
  drain(): void {
    this.#nowMs += 10_000;
    this.#perform(this.#acks.deadlinePassed());
    while (this.outgoing.length > 0 || this.toEvict.length > 0) {
      const out = this.toEvict.shift();
      if (out === undefined) this.#answer(0, 'timed_out');
      else if (this.#view.inSync.length === 1) this.#perform(this.#acks.evictionRefused(out, ''));
      else this.#changeTo(this.#view.inSync.filter((id) => id !== out));
    }
  }

  #answer(index: number, fault: WriteFault | undefined): void {
    const [call] = this.outgoing.splice(index % Math.max(1, this.outgoing.length), 1);
    if (call === undefined) return;
    const { nodeId: id, generation } = call;
    if (fault !== undefined) {
      this.#perform(this.#acks.failed(id, generation, fault, '', this.#nowMs));
      return;
    }
    this.#holders.add(id);
    const result = { isApplied: true, existed: false, version: 5n };
    this.#perform(this.#acks.acknowledged(id, generation, [result]));
  }

  #changeTo(inSync: readonly NodeId[]): void {
    if (inSync.length === 0 || inSync.length === this.#view.inSync.length) return;
    const generation = this.#view.generation + Math.abs(inSync.length - this.#view.inSync.length);
    const recovering = [a, b, c].filter((id) => !inSync.includes(id));
    this.#view = viewOf(generation, [...inSync], recovering);
    this.#perform(this.#acks.setChanged(this.#view));
  }

  /** A replica comes back in sync, empty but for what was acknowledged. */
  #returnOne(): void {
    const id = this.#view.recovering[0] as NodeId;
    const isAcknowledged = this.settlements.some((s) => s.settlement.status === 'acknowledged');
    if (!isAcknowledged) this.#holders.delete(id);
    else this.#holders.add(id);
    this.#changeTo([...this.#view.inSync, id]);
  }

  #perform(effects: WriteAcksEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'send') this.outgoing.push(effect);
      else if (effect.kind === 'finish') this.finishCount += 1;
      else if (effect.kind === 'evict') {
        if (this.#holders.size === 0) this.evictionsWithoutHolder += 1;
        this.toEvict.push(effect.nodeId);
      } else if (effect.kind === 'settle') {
        const isOnAllInSync = this.#view.inSync.every((id) => this.#holders.has(id));
        this.settlements.push({ settlement: effect.settlement, isOnAllInSync });
      }
    }
  }
}

describe('WriteAcks, whatever happens in whatever order', () => {
  it.each(['in_sync', 'majority', 'one'] as const)('keeps its invariants (%s)', (consistency) => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        const world = new World(consistency);
        for (const one of events) world.run(one);
        world.drain();
        expect(world.settlements).toHaveLength(1);
        expect(world.finishCount).toBe(1);
        expect(world.evictionsWithoutHolder).toBe(0);
        const [end] = world.settlements;
        if (consistency !== 'in_sync' || end?.settlement.status !== 'acknowledged') return;
        expect(end.isOnAllInSync).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
