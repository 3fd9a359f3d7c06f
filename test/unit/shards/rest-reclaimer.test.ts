import { describe, expect, it } from 'vitest';
import { REST_MS, RestReclaimer } from '../../../shards/rest-reclaimer.js';
import { VirtualClock } from '../../support/virtual-clock.js';

function startedNode() {
  const clock = new VirtualClock();
  const state = { pendingRowCount: 0, collected: 0, trimmed: 0 };
  const reclaimer = new RestReclaimer({
    clock,
    pendingRowCount: () => state.pendingRowCount,
    collectGarbage() {
      state.collected += 1;
    },
    trimNativeHeap() {
      state.trimmed += 1;
    },
  });
  return { clock, state, reclaimer };
}

/** Long after the start. */
function node() {
  const started = startedNode();
  started.reclaimer.onCall('heartbeat');
  started.clock.runFor(REST_MS);
  Object.assign(started.state, { collected: 0, trimmed: 0 });
  return started;
}

describe('a rest reclaimer', () => {
  it('collects once after writes, when nothing was asked for a while', () => {
    const { clock, state, reclaimer } = node();
    reclaimer.onCall('write');
    clock.runFor(REST_MS - 1);
    reclaimer.onCall('search');
    clock.runFor(REST_MS - 1);
    expect(state).toMatchObject({ collected: 0, trimmed: 0 });
    clock.runFor(1);
    expect(state).toMatchObject({ collected: 1, trimmed: 1 });
    clock.runFor(10 * REST_MS);
    expect(state).toMatchObject({ collected: 1, trimmed: 1 });
    reclaimer.onCall('write');
    clock.runFor(10 * REST_MS);
    expect(state).toMatchObject({ collected: 2, trimmed: 2 });
  });

  it('gives back what the start took, once the graphs have all rows, and only once', () => {
    const { clock, state, reclaimer } = startedNode();
    state.pendingRowCount = 7;
    reclaimer.onCall('heartbeat');
    clock.runFor(2 * REST_MS);
    expect(state).toMatchObject({ collected: 0, trimmed: 0 });
    state.pendingRowCount = 0;
    clock.runFor(REST_MS);
    expect(state).toMatchObject({ collected: 1, trimmed: 1 });
    reclaimer.onCall('heartbeat');
    clock.runFor(10 * REST_MS);
    expect(state).toMatchObject({ collected: 1, trimmed: 1 });
  });

  it('only trims after reads alone', () => {
    const { clock, state, reclaimer } = node();
    reclaimer.onCall('search');
    clock.runFor(10 * REST_MS);
    expect(state).toMatchObject({ collected: 0, trimmed: 1 });
  });

  it('waits until the graphs have taken the rows in, also those that were copied here', () => {
    const { clock, state, reclaimer } = node();
    state.pendingRowCount = 5;
    reclaimer.onCall('heartbeat');
    clock.runFor(4 * REST_MS);
    expect(state.collected).toBe(0);
    state.pendingRowCount = 0;
    clock.runFor(REST_MS);
    expect(state).toMatchObject({ collected: 1, trimmed: 1 });
  });

  it('does nothing for heartbeats alone, nor after it was stopped', () => {
    const { clock, state, reclaimer } = node();
    reclaimer.onCall('heartbeat');
    clock.runFor(10 * REST_MS);
    reclaimer.onCall('write');
    reclaimer.stop();
    reclaimer.onCall('write');
    clock.runFor(10 * REST_MS);
    expect(state).toMatchObject({ collected: 0, trimmed: 0 });
  });
});
