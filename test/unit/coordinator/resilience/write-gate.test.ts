import { describe, expect, it } from 'vitest';
import { WriteGate, type WriteSize } from '../../../../src/coordinator/resilience/write-gate.js';

const options = { opsMax: 1_000, bytesMax: 100_000, bulkRatio: 0.8 };
const bulk = (opCount: number, bytes = opCount): WriteSize => ({ kind: 'bulk', opCount, bytes });
const single: WriteSize = { kind: 'single', opCount: 1, bytes: 1 };
const never = Number.POSITIVE_INFINITY;

function gateAt(pressure = 0) {
  const state = { pressure };
  return { state, gate: new WriteGate(options, () => state.pressure) };
}

describe('WriteGate', () => {
  it('bounds operations and bytes, and keeps a part of both for single writes', () => {
    const { gate } = gateAt();
    expect(gate.tryBegin(bulk(700), never, 0)).toBeUndefined();
    expect(gate.tryBegin(bulk(150), never, 0)?.cause).toBe('limit');
    expect(gate.tryBegin(bulk(10, 90_000), never, 0)?.cause).toBe('limit');
    for (let i = 0; i < 300; i += 1) expect(gate.tryBegin(single, never, 0)).toBeUndefined();
    expect(gate.tryBegin(single, never, 0)?.cause).toBe('limit');
    expect(gate.refused).toEqual(
      new Map([
        ['bulk/limit', 2],
        ['single/limit', 1],
      ]),
    );
  });

  it('takes one of any size when it has none', () => {
    const { gate } = gateAt();
    expect(gate.tryBegin(bulk(5_000, 500_000), never, 0)).toBeUndefined();
    gate.ended(bulk(5_000, 500_000), true, 10);
    expect(gate).toMatchObject({ opCount: 0, bytes: 0 });
  });

  it('turns bulk writes away while reads wait, single ones when they wait for long', () => {
    const { gate, state } = gateAt(0.5);
    expect(gate.tryBegin(bulk(100), never, 0)).toBeUndefined();
    expect(gate.tryBegin(bulk(100), never, 0)).toMatchObject({ cause: 'pressure' });
    expect(gate.tryBegin(single, never, 0)).toBeUndefined();
    state.pressure = 1;
    for (let i = 0; i < 3; i += 1) expect(gate.tryBegin(single, never, 0)).toBeUndefined();
    expect(gate.tryBegin(single, never, 0)).toMatchObject({ cause: 'pressure' });
    state.pressure = 0;
    expect(gate.tryBegin(bulk(100), never, 0)).toBeUndefined();
  });

  it('refuses at once what could not be done by its deadline', () => {
    const { gate } = gateAt();
    gate.tryBegin(bulk(700), never, 0);
    let nowMs = 0;
    for (let i = 0; i < 60; i += 1) {
      nowMs += 100;
      gate.ended(bulk(100), true, nowMs);
      gate.tryBegin(bulk(100), never, nowMs);
    }
    // 700 operations at 1 ms each.
    expect(gate.tryBegin(single, nowMs + 400, nowMs)).toMatchObject({ cause: 'deadline' });
    expect(gate.tryBegin(single, nowMs + 1_000, nowMs)).toBeUndefined();
  });
});
