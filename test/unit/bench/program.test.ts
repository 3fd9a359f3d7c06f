import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { runBench } from '../../../bench/program.js';
import { entries } from '../../../bench/suites/registry.js';
import { projectRoot } from '../../support/tidy/project-files.js';

async function bench(...args: string[]) {
  const output = { stdout: '', stderr: '' };
  const sink = (name: 'stdout' | 'stderr') => {
    const stream = new PassThrough();
    stream.on('data', (chunk) => {
      output[name] += chunk;
    });
    return stream;
  };
  const terminal = { stdout: sink('stdout'), stderr: sink('stderr'), stdin: new PassThrough() };
  const exitCode = await runBench(args, { ...terminal, env: {} });
  return { exitCode, ...output };
}

describe('the command line of the benchmarks', () => {
  it('lists every entry, each under the name that it is called by', async () => {
    const { stdout, exitCode } = await bench('--help');
    expect(exitCode).toBe(0);
    for (const { name } of entries) expect(stdout).toContain(name);
  });

  it('gives every suite the name of its entry', async () => {
    for (const entry of entries) {
      if (entry.kind === 'suite') expect((await entry.load()).name).toBe(entry.name);
    }
  });

  it('knows every script beside it, and every suite, so that none is left out', () => {
    const isEntry = (file: string) => file.endsWith('.ts') && !/^(main|program)\.ts$/.test(file);
    const scripts = readdirSync(join(projectRoot, 'bench')).filter(isEntry);
    const modules = entries.flatMap((entry) => (entry.kind === 'program' ? [entry.module] : []));
    expect(scripts.map((file) => file.slice(0, -3)).sort()).toEqual(modules.sort());
    const suites = readdirSync(join(projectRoot, 'bench', 'suites'));
    const named = suites.flatMap((file) => /^(.+)-suite\.ts$/.exec(file)?.[1] ?? []);
    const names = entries.map(({ name }) => name);
    expect(named.filter((name) => !names.includes(name))).toEqual([]);
  });

  it('is described, entry by entry, in bench/README.md', () => {
    const guide = readFileSync(join(projectRoot, 'bench', 'README.md'), 'utf8');
    const missing = entries.filter(({ name }) => !guide.includes(`| \`${name}\` |`));
    expect(missing.map(({ name }) => name)).toEqual([]);
  });

  it('refuses unknown names and options with exit code 2 and one clear line', async () => {
    for (const args of [['nonsense'], ['targets', '--nonsense', '1'], []]) {
      expect((await bench(...args)).exitCode).toBe(2);
    }
    expect((await bench('nonsense')).stderr).toContain("unknown command 'nonsense'");
  });

  it('names option, value and what is allowed when a value is out of its range', async () => {
    const { stderr, exitCode } = await bench('targets', '--repeats', '0');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--repeats is "0" (from --repeats); it must be a whole number from 1');
  });

  it('names the rows there are when one is asked for that is not', async () => {
    const { stderr, exitCode } = await bench('targets', '--only', 'stream,tea');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('"tea"; rows are stream, unary');
  });
});
