import { describe, expect, it } from 'vitest';
import {
  defaultNodeLoadOptions,
  NodeLoadMeter,
} from '../../../../src/coordinator/balancing/node-load.js';

describe('NodeLoadMeter', () => {
  it('adds what is in flight and what the node has waiting', () => {
    const load = new NodeLoadMeter();
    load.queueDepth = 4;
    expect(load.outstanding(3, 0)).toBe(7);
  });

  it('lets each failure weigh as a request in flight for a while', () => {
    const load = new NodeLoadMeter();
    load.failed(0);
    load.failed(500);
    expect(load.outstanding(0, 600)).toBe(2);
    expect(load.outstanding(0, 1_100)).toBe(1);
    expect(load.outstanding(0, 1_600)).toBe(0);
  });

  it('lets lost requests weigh until the node answers anything', () => {
    const load = new NodeLoadMeter();
    load.lost(10, 0);
    load.lost(10, 0);
    expect(load.outstanding(0, 1)).toBe(2);
    load.answered(5, 2);
    expect(load.outstanding(0, 3)).toBe(0);
  });

  it('jumps to a peak of latency and comes down slowly', () => {
    const load = new NodeLoadMeter();
    load.answered(10, 0);
    load.answered(100, 1);
    expect(load.latencyMs(1)).toBe(100);
    load.answered(10, 2);
    expect(load.latencyMs(2)).toBeGreaterThan(99);
    const later = defaultNodeLoadOptions.latencyDecayMs + 2;
    expect(load.latencyMs(later)).toBeLessThan(40);
  });

  it('passes over a node that turned work away, for as long as it said and no longer', () => {
    const load = new NodeLoadMeter();
    load.pushedBack(200, 0);
    expect(load.isPushingBack(199)).toBe(true);
    expect(load.isPushingBack(200)).toBe(false);
    load.pushedBack(3_600_000, 1_000);
    expect(load.pushbackMs(1_000)).toBe(defaultNodeLoadOptions.pushbackMsMax);
  });
});
