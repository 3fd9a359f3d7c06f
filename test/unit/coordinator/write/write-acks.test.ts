import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeId } from '../../../../src/base/ids.js';
import { acksRequired, WriteAcks } from '../../../../src/coordinator/write/write-acks.js';

const [a, b, c] = [nodeId('a'), nodeId('b'), nodeId('c')];
const applied = { isApplied: true, existed: false, version: 5n };
const refused = { isApplied: false, existed: true, version: 9n };

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

describe('WriteAcks', () => {
  it('acknowledges when the last required replica has', () => {
    const acks = new WriteAcks([a, b], 2, 1);
    acks.acknowledged(a, [applied]);
    expect(acks.settlement).toBeUndefined();
    acks.acknowledged(b, [applied]);
    expect(acks.settlement?.status).toBe('acknowledged');
  });

  it('fails as soon as enough acknowledgements are out of reach', () => {
    const acks = new WriteAcks([a, b, c], 2, 1);
    acks.failed(a, 'unavailable', 'gone');
    expect(acks.settlement).toBeUndefined();
    acks.failed(b, 'timed_out', '');
    expect(acks.settlement).toEqual({
      status: 'failed',
      nodeId: b,
      cause: 'timed_out',
      detail: '',
    });
  });

  it('counts one replica once, and nodes that were not asked never', () => {
    const acks = new WriteAcks([a, b], 2, 1);
    acks.acknowledged(a, [applied]);
    acks.acknowledged(a, [applied]);
    acks.acknowledged(c, [applied]);
    expect(acks.settlement).toBeUndefined();
  });

  it('reports what superseded an operation, and that another replica applied it', () => {
    const acks = new WriteAcks([a, b], 2, 2);
    acks.acknowledged(a, [applied, refused]);
    acks.acknowledged(b, [refused, refused]);
    expect(acks.settlement).toEqual({
      status: 'acknowledged',
      outcomes: [
        { existed: true, isApplied: true, supersededBy: 9n },
        { existed: true, isApplied: false, supersededBy: 9n },
      ],
    });
  });

  it('settles once, in whatever order replicas speak', () => {
    const events = fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 });
    fc.assert(
      fc.property(
        events,
        fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
        fc.integer({ min: 1, max: 5 }),
        (order, succeeds, required) => {
          const nodes = order.map((n) => nodeId(`n${n}`));
          const acks = new WriteAcks(nodes, required, 1);
          order.forEach((n) => {
            if (succeeds[n]) acks.acknowledged(nodeId(`n${n}`), [applied]);
            else acks.failed(nodeId(`n${n}`), 'unavailable', '');
          });
          const successCount = succeeds.filter(Boolean).length;
          expect(acks.settlement?.status).toBe(
            successCount >= required ? 'acknowledged' : 'failed',
          );
        },
      ),
    );
  });
});
