import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { nodeOptionsOf } from '../../../src/cli/node-options.js';

describe('options of Node', () => {
  it('give servers one collecting thread on few cores', () => {
    for (const command of ['coordinator', 'shard']) {
      expect(nodeOptionsOf(command, 2)).toContain('--single-threaded-gc');
      expect(nodeOptionsOf(command, 16)).not.toContain('--single-threaded-gc');
    }
  });

  it('keep the young generation of a shard node small', () => {
    expect(nodeOptionsOf('shard', 16)).toEqual(['--max-semi-space-size=4', '--expose-gc']);
  });

  it('are left alone for everything else', () => {
    for (const command of ['search', undefined]) expect(nodeOptionsOf(command)).toEqual([]);
  });

  it('are known to Node', () => {
    for (const command of ['coordinator', 'shard']) {
      const { status } = spawnSync(process.execPath, [...nodeOptionsOf(command, 2), '-e', '']);
      expect(status).toBe(0);
    }
  });
});
