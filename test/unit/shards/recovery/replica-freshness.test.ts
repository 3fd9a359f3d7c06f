import { describe, expect, it } from 'vitest';
import type { ReplicaAssignment } from '../../../../shards/link-handler.js';
import { outdatedReplicas, refreshed } from '../../../../shards/recovery/replica-freshness.js';
import { replicaOf } from '../../../support/node-world.js';

const GRACE_MS = 1000;
const NAME = 'c0ffee-0';
const away = (state: 'in_sync' | 'recovering'): ReplicaAssignment[] => [{ ...replicaOf(), state }];

describe('how long a replica was away', () => {
  it('counts from when it was last known to be in sync', () => {
    let fresh = refreshed({}, away('in_sync'), new Set(), 5000);
    fresh = refreshed(fresh, away('recovering'), new Set(), 5500);
    expect(outdatedReplicas(fresh, away('recovering'), 6000, GRACE_MS)).toEqual(new Set());
    expect(outdatedReplicas(fresh, away('recovering'), 6001, GRACE_MS)).toEqual(new Set([NAME]));
  });

  it('does not matter while it is in sync, nor before anything is known of it', () => {
    const fresh = refreshed({}, away('in_sync'), new Set(), 5000);
    expect(outdatedReplicas(fresh, away('in_sync'), 9e9, GRACE_MS)).toEqual(new Set());
    expect(outdatedReplicas({}, away('recovering'), 9e9, GRACE_MS)).toEqual(new Set());
  });

  it('does not matter while there is nobody to copy from', () => {
    const forsaken = away('recovering').map((one) => ({ ...one, keepsReadable: true }));
    expect(outdatedReplicas({ [NAME]: 1 }, forsaken, 9e9, GRACE_MS)).toEqual(new Set());
  });

  it('begins anew when it is made anew', () => {
    const fresh = refreshed({ [NAME]: 1 }, away('recovering'), new Set([NAME]), 9000);
    expect(outdatedReplicas(fresh, away('recovering'), 9500, GRACE_MS)).toEqual(new Set());
  });

  it('is forgotten with the replica', () => {
    expect(refreshed({ [NAME]: 1, 'abc-1': 2 }, away('recovering'), new Set(), 9)).toEqual({
      [NAME]: 1,
    });
  });
});
