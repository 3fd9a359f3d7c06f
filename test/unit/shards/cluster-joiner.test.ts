import { describe, expect, it } from 'vitest';
import { ClusterJoiner } from '../../../shards/cluster-joiner.js';
import { AnnulusError } from '../../../src/base/errors.js';
import { silentLogger } from '../../../src/base/logger.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const request = { nodeId: 'n1', address: 'here:1' };

/** A joiner whose coordinators refuse `failureCount` times; `calls` says whom it asked when. */
function setUp(addresses: string[], failureCount: number) {
  const clock = new VirtualClock();
  const calls: [string, number][] = [];
  const addNode = async (address: string) => {
    calls.push([address, clock.nowMs()]);
    if (calls.length <= failureCount) throw new Error('nobody there');
  };
  const joiner = new ClusterJoiner(clock, silentLogger, addNode, addresses, request);
  return { clock, calls, joiner };
}

describe('ClusterJoiner', () => {
  it('asks each coordinator in turn, waiting longer after each round', async () => {
    const { clock, calls, joiner } = setUp(['a', 'b'], 5);
    joiner.start();
    await clock.runForAsync(10_000);
    expect(joiner.hasJoined).toBe(true);
    expect(calls).toEqual([
      ['a', 0],
      ['b', 100],
      ['a', 200],
      ['b', 400],
      ['a', 600],
      ['b', 1000],
    ]);
  });

  it('goes on for ever, every two seconds at least', async () => {
    const { clock, calls, joiner } = setUp(['a'], Number.POSITIVE_INFINITY);
    joiner.start();
    await clock.runForAsync(100_000);
    expect(calls.length).toBeGreaterThan(50);
    expect(joiner.hasJoined).toBe(false);
  });

  it('gives up when an operator has removed the node, and says so', async () => {
    const clock = new VirtualClock();
    const refusal = new AnnulusError('FAILED_PRECONDITION', 'NODE_REMOVED', 'it was removed');
    let callCount = 0;
    const addNode = async () => {
      callCount += 1;
      throw refusal;
    };
    const joiner = new ClusterJoiner(clock, silentLogger, addNode, ['a', 'b'], request);
    joiner.start();
    await clock.runForAsync(10_000);
    expect(await joiner.removed).toBe(refusal);
    expect(joiner.hasJoined).toBe(false);
    expect(callCount).toBe(1);
  });

  it('asks nobody once it is stopped', async () => {
    const { clock, calls, joiner } = setUp(['a'], Number.POSITIVE_INFINITY);
    joiner.start();
    await clock.runForAsync(50);
    joiner.stop();
    await clock.runForAsync(10_000);
    expect(calls).toHaveLength(1);
  });
});
