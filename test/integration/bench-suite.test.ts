/**
 * One suite from end to end, in small: its own cluster of processes, load from another, answers judged,
 * results written, a report made of them, two runs compared.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { cliPath } from '../../bench/cluster/server-process.js';
import { readResult } from '../../bench/report/result-file.js';

const out = mkdtempSync(join(tmpdir(), 'annulus-bench-'));
afterAll(() => rmSync(out, { recursive: true }));

function bench(...args: string[]) {
  const env = { ...process.env, ANNULUS_CACHE: join(out, 'cache') };
  return promisify(execFile)(process.execPath, [cliPath, 'bench', ...args], { env });
}

describe('annulus bench', () => {
  it('measures, writes results and a report, and compares two runs', async () => {
    const small = ['--data', 'synthetic-384', '--count', '400', '--queries', '20'];
    const quick = ['--seconds', '0.1', '--warm-up', '0', '--repeats', '3', '--ef', '10,64'];
    const { stdout } = await bench('recall', ...small, ...quick, '--clients', '2', '--out', out);
    expect(stdout).toMatch(/annulus +64/);
    const path = join(out, 'recall.json');
    const result = readResult(path);
    expect(result).toMatchObject({ suite: 'recall', isPass: true, settings: { count: 400 } });
    const recall = result.measurements.find(({ name }) => name === 'recall, ef 64');
    expect(recall?.samples[0]).toBeGreaterThan(0.9);
    const throughput = result.measurements.find(({ name }) => name === 'queries/s, ef 64');
    expect(throughput?.samples).toHaveLength(3);
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('<svg');

    const folder = join(out, 'elsewhere');
    mkdirSync(folder);
    await bench('report', path, '--out', folder);
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('<svg');

    const compared = await bench('compare', path, path);
    expect(compared.stdout).toMatch(/queries\/s, ef 64 .* 1\.000 .* no difference/);
  });

  it('says in one line what is wrong with an option, and exits with 2', async () => {
    const failed = bench('recall', '--data', 'nonsense', '--out', out);
    await expect(failed).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--data is "nonsense"'),
    });
  });
});
