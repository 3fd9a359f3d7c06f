import { describe, expect, it } from 'vitest';
import { nodeId } from '../../../../src/base/ids.js';
import { seededRandom } from '../../../../src/base/random.js';
import { defaultNodeRegistryOptions } from '../../../../src/coordinator/nodes/node-registry.js';
import {
  isOverdue,
  type LateRead,
  noteLate,
} from '../../../../src/coordinator/nodes/read-outcomes.js';
import { RegisteredNode } from '../../../../src/coordinator/nodes/registered-node.js';

function upNode(): RegisteredNode {
  const entry = { nodeId: nodeId('a'), address: 'a:1', zone: '', weight: 1 };
  const node = new RegisteredNode(
    { ...entry, intent: 'active' },
    defaultNodeRegistryOptions,
    seededRandom(1),
  );
  node.health.connected(0);
  return node;
}

function readSentAt(sentAtMs: number): LateRead {
  return { sentAtMs, wasLate: false, overdueAtMs: Number.POSITIVE_INFINITY };
}

/** Looks at each read every 25 ms, from 10 ms after it was sent. */
function watch(node: RegisteredNode, reads: LateRead[], untilMs: number, answeredAtMs?: number) {
  for (let nowMs = 10; nowMs <= untilMs; nowMs += 25) {
    if (answeredAtMs !== undefined && nowMs > answeredAtMs) node.health.requestSucceeded(nowMs);
    for (const read of reads) if (nowMs >= read.sentAtMs + 10) noteLate(node, read, nowMs);
  }
}

describe('a node that keeps reads waiting which cannot be hedged', () => {
  it('is found out by three of them that it keeps far too long, while it answers none', () => {
    const node = upNode();
    const reads = [0, 25, 200].map(readSentAt);
    watch(node, reads, 250);
    expect(node.health.state).toBe('up');
    watch(node, reads, 350);
    expect(node.health.state).toBe('suspect');
    expect(reads.every(isOverdue)).toBe(true);
  });

  it('is not found out by one, however long it takes', () => {
    const node = upNode();
    watch(node, [readSentAt(0)], 5_000);
    expect(node.health.state).toBe('up');
  });

  it('is well while it answers others', () => {
    const node = upNode();
    watch(node, [0, 25, 200].map(readSentAt), 5_000, 100);
    expect(node.health.state).toBe('up');
  });

  it('may take four times as long as its reads usually do', () => {
    const node = upNode();
    const reads = [0, 0, 0].map(readSentAt);
    for (const read of reads) noteLate(node, read, 300);
    for (let nowMs = 300; nowMs < 1_200; nowMs += 25) {
      for (const read of reads) noteLate(node, read, nowMs);
    }
    expect(reads.some(isOverdue)).toBe(false);
  });
});
