import { describe, expect, it } from 'vitest';
import { NodeHealth } from '../../../../src/coordinator/health/node-health.js';

const options = { maxFails: 3, failTimeoutMs: 1_000, heartbeatMissesMax: 3 };

function connectedNode(): NodeHealth {
  const health = new NodeHealth(options);
  health.connected();
  return health;
}

describe('NodeHealth', () => {
  it('is down until it is connected, and when it is not any more', () => {
    const health = new NodeHealth(options);
    expect(health.state(0)).toBe('down');
    health.connected();
    expect(health.state(0)).toBe('up');
    health.disconnected();
    expect(health.state(0)).toBe('down');
  });

  it('becomes suspect with the first missed heartbeat and down with the third in a row', () => {
    const health = connectedNode();
    const states = [1, 2, 3].map(() => {
      health.heartbeatMissed();
      return health.state(0);
    });
    expect(states).toEqual(['suspect', 'suspect', 'down']);
    health.heartbeatAnswered();
    expect(health.state(0)).toBe('up');
  });

  it('becomes suspect after maxFails failures within failTimeoutMs, and for that long', () => {
    const health = connectedNode();
    health.requestFailed(0);
    health.requestFailed(10);
    expect(health.state(10)).toBe('up');
    health.requestFailed(20);
    expect(health.state(20)).toBe('suspect');
    expect(health.state(1_020)).toBe('up');
  });

  it('forgets failures that are older than failTimeoutMs', () => {
    const health = connectedNode();
    health.requestFailed(0);
    health.requestFailed(10);
    health.requestFailed(1_500);
    expect(health.state(1_500)).toBe('up');
  });

  it('forgets failures after a success', () => {
    const health = connectedNode();
    health.requestFailed(0);
    health.requestFailed(1);
    health.requestSucceeded();
    health.requestFailed(2);
    expect(health.state(2)).toBe('up');
  });
});
