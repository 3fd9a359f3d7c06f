import { describe, expect, it } from 'vitest';
import { StorageHealth } from '../../../shards/storage-health.js';
import { StoreError } from '../../../shards/store/partition-store.js';

describe('StorageHealth', () => {
  it('knows of nothing bad at first', () => {
    expect(new StorageHealth().worst(0)).toBeUndefined();
  });

  it('names the worst that it knows, with the first reason for it', () => {
    const health = new StorageHealth();
    expect(health.note(new StoreError('full', 'no room'), 0)).toBe(true);
    expect(health.worst(0)).toEqual({ condition: 'full', detail: 'no room' });
    expect(health.note(new StoreError('failed', 'sync'), 1)).toBe(true);
    expect(health.note(new StoreError('failed', 'again'), 2)).toBe(false);
    expect(health.worst(2)).toEqual({ condition: 'failed', detail: 'sync' });
    health.note(new StoreError('corrupt', 'row 3'), 3);
    expect(health.worst(3)).toEqual({ condition: 'corrupt', detail: 'row 3' });
    expect(health.corruptDetail).toBe('row 3');
  });

  it('takes a disk for full until a write succeeds, or none was refused for a while', () => {
    const health = new StorageHealth();
    health.note(new StoreError('full', 'no room'), 0);
    health.written();
    expect(health.worst(1)).toBeUndefined();
    health.note(new StoreError('full', 'no room'), 5);
    expect(health.note(new StoreError('full', 'no room'), 5_000)).toBe(false);
    expect(health.worst(14_999)?.condition).toBe('full');
    expect(health.worst(15_000)).toBeUndefined();
    expect(health.note(new StoreError('full', 'no room'), 15_000)).toBe(true);
  });

  it('takes a store that failed for failed until it is opened anew', () => {
    const health = new StorageHealth();
    health.note(new StoreError('failed', 'sync'), 0);
    health.written();
    expect(health.hasFailed).toBe(true);
    expect(health.worst(1e9)?.condition).toBe('failed');
  });
});
