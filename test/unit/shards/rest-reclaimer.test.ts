import { describe, expect, it } from 'vitest';
import { REST_MS, RestReclaimer } from '../../../shards/rest-reclaimer.js';
import { VirtualClock } from '../../support/virtual-clock.js';

function node() {
  const clock = new VirtualClock();
  const state = { pendingRowCount: 0, reclaimedCount: 0 };
  const reclaimer = new RestReclaimer({
    clock,
    pendingRowCount: () => state.pendingRowCount,
    reclaim: () => {
      state.reclaimedCount += 1;
    },
  });
  return { clock, state, reclaimer };
}

describe('a rest reclaimer', () => {
  it('reclaims once after writes, when nothing was asked for a while', () => {
    const { clock, state, reclaimer } = node();
    reclaimer.onCall('write');
    clock.runFor(REST_MS - 1);
    reclaimer.onCall('search');
    clock.runFor(REST_MS - 1);
    expect(state.reclaimedCount).toBe(0);
    clock.runFor(1);
    expect(state.reclaimedCount).toBe(1);
    reclaimer.onCall('search');
    clock.runFor(10 * REST_MS);
    expect(state.reclaimedCount).toBe(1);
    reclaimer.onCall('write');
    clock.runFor(10 * REST_MS);
    expect(state.reclaimedCount).toBe(2);
  });

  it('waits until the graphs have taken the rows in, also those that were copied here', () => {
    const { clock, state, reclaimer } = node();
    state.pendingRowCount = 5;
    reclaimer.onCall('heartbeat');
    clock.runFor(4 * REST_MS);
    expect(state.reclaimedCount).toBe(0);
    state.pendingRowCount = 0;
    clock.runFor(REST_MS);
    expect(state.reclaimedCount).toBe(1);
  });

  it('does nothing for searches and heartbeats alone, nor after it was stopped', () => {
    const { clock, state, reclaimer } = node();
    reclaimer.onCall('search');
    reclaimer.onCall('heartbeat');
    clock.runFor(10 * REST_MS);
    reclaimer.onCall('write');
    reclaimer.stop();
    reclaimer.onCall('write');
    clock.runFor(10 * REST_MS);
    expect(state.reclaimedCount).toBe(0);
  });
});
