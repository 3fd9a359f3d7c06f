import { describe, expect, it } from 'vitest';
import { partitionLimitDefaults, shardNodeConfig } from '../../../shards/config.js';
import { schedulerDefaults } from '../../../shards/scheduler.js';

const dataDirectory = '/nowhere';

describe('shardNodeConfig', () => {
  it('takes its own defaults', () => {
    const config = shardNodeConfig({ dataDirectory });
    expect(config).toMatchObject({ weight: 1, listen: { host: '127.0.0.1', port: 0 }, join: [] });
  });

  it.each([
    ['node-id', { nodeId: '../x' }],
    ['node-id', { nodeId: '' }],
    ['zone', { zone: 'z'.repeat(64) }],
    ['weight', { weight: 0 }],
    ['weight', { weight: Number.NaN }],
    ['queueLimit', { scheduler: { ...schedulerDefaults, queueLimit: 0 } }],
    ['searchingSliceMs', { scheduler: { ...schedulerDefaults, searchingSliceMs: 3 } }],
    ['saveIntervalMs', { partition: { ...partitionLimitDefaults, saveIntervalMs: 5 } }],
  ])('names %s when it is out of range', (field, partial) => {
    expect(() => shardNodeConfig({ dataDirectory, ...partial })).toThrow(field);
  });
});
