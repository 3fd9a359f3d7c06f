import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { nodeOptionsOf } from '../../../src/cli/node-options.js';

describe('options of Node', () => {
  it('give a coordinator a larger young generation, and one collecting thread on few cores', () => {
    expect(nodeOptionsOf('coordinator', 16)).toEqual(['--max-semi-space-size=64']);
    expect(nodeOptionsOf('coordinator', 2)).toContain('--single-threaded-gc');
  });

  it('are left alone for everything else', () => {
    for (const command of ['search', undefined]) expect(nodeOptionsOf(command)).toEqual([]);
  });

  it('are known to Node', () => {
    const { status } = spawnSync(process.execPath, [...nodeOptionsOf('coordinator', 2), '-e', '']);
    expect(status).toBe(0);
  });
});
