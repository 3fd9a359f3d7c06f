import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../src/base/random.js';
import {
  defaultNodeHealthOptions,
  isPanic,
  NodeHealth,
} from '../../../../src/coordinator/health/node-health.js';

const options = { ...defaultNodeHealthOptions, failTimeoutMs: 1_000 };

function connectedNode(): NodeHealth {
  const health = new NodeHealth(options, seededRandom(1));
  health.connected(0);
  return health;
}

function ejectedNode(atMs: number): NodeHealth {
  const health = connectedNode();
  for (let i = 0; i < 3; i += 1) health.requestFailed(atMs);
  return health;
}

describe('NodeHealth', () => {
  it('is down until it is connected, and when it is not any more', () => {
    const health = new NodeHealth(options, seededRandom(1));
    expect(health.state).toBe('down');
    health.connected(0);
    expect(health.state).toBe('up');
    health.disconnected();
    expect(health.state).toBe('down');
  });

  it('becomes suspect with the first missed heartbeat and down with the third in a row', () => {
    const health = connectedNode();
    const states = [1, 2, 3].map(() => {
      health.heartbeatMissed();
      return health.state;
    });
    expect(states).toEqual(['suspect', 'suspect', 'down']);
    health.heartbeatAnswered(10);
    expect(health.state).toBe('up');
  });

  it('is suspect once it was ejected, and up again after a probe that succeeded', () => {
    const health = ejectedNode(100);
    expect(health.state).toBe('suspect');
    expect(health.tryProbe(500)).toBe(false);
    expect(health.tryProbe(1_400)).toBe(true);
    expect(health.state).toBe('suspect');
    health.probeEnded(true, 1_410);
    expect(health.state).toBe('up');
  });

  it('has a clean record after a fresh connection', () => {
    const health = ejectedNode(100);
    health.disconnected();
    health.connected(200);
    expect(health.state).toBe('up');
  });

  it('sends no probe to a node that is not connected', () => {
    const health = ejectedNode(100);
    health.disconnected();
    expect(health.tryProbe(5_000)).toBe(false);
  });

  it('lets the share of a node that came back grow from a tenth to all', () => {
    const health = connectedNode();
    const shares = [0, 5_000, 10_000, 20_000].map((nowMs) => health.readinessRatio(nowMs));
    expect(shares).toEqual([0.1, 0.55, 1, 1]);
    health.disconnected();
    health.connected(30_000);
    expect(health.readinessRatio(30_000)).toBe(0.1);
  });

  it('starts slowly after an ejection and after it was silent, not after one lost heartbeat', () => {
    const readmitted = ejectedNode(20_000);
    readmitted.tryProbe(22_000);
    readmitted.probeEnded(true, 22_000);
    expect(readmitted.readinessRatio(22_000)).toBe(0.1);

    const silent = connectedNode();
    silent.heartbeatMissed();
    silent.heartbeatAnswered(20_000);
    expect(silent.readinessRatio(20_000)).toBe(1);
    for (let i = 0; i < 3; i += 1) silent.heartbeatMissed();
    silent.heartbeatAnswered(30_000);
    expect(silent.readinessRatio(30_000)).toBe(0.1);
  });
});

describe('isPanic', () => {
  it('holds when more than half of the nodes look bad, and not at half', () => {
    expect(isPanic(['up', 'suspect'])).toBe(false);
    expect(isPanic(['up', 'suspect', 'down'])).toBe(true);
    expect(isPanic(['up', 'up', 'down'])).toBe(false);
    expect(isPanic([])).toBe(false);
  });
});
