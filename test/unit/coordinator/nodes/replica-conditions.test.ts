import { describe, expect, it } from 'vitest';
import { isSearchable, isWhole } from '../../../../src/coordinator/nodes/replica-conditions.js';
import type { ReplicaCondition } from '../../../../src/wire/link-messages.js';

const all: ReplicaCondition[] = ['open', 'loading', 'missing', 'corrupt', 'failed', 'full'];

describe('the condition of a replica', () => {
  it('lets it be searched when it is open, also on a disk without room', () => {
    expect(all.filter(isSearchable)).toEqual(['open', 'full']);
    expect(isSearchable(undefined)).toBe(false);
  });

  it('lets others copy from it when what it holds is known to be what was written', () => {
    expect(all.filter(isWhole)).toEqual(['open', 'loading', 'full']);
    expect(isWhole(undefined)).toBe(false);
  });
});
