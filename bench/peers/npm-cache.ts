/** npm packages that a benchmark needs and Annulus does not: in the cache directory. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheDirectory } from '../datasets/cache-directory.js';

const run = promisify(execFile);

/**
 * The folder `node_modules` of its own that holds these packages (`NAME@VERSION`), of which the first
 * names it. Installs what is not there.
 */
export async function cachedPackages(packages: readonly [string, ...string[]]): Promise<string> {
  const [first] = packages;
  const prefix = join(cacheDirectory(), first.replace('@', '-'));
  const folder = join(prefix, 'node_modules');
  const name = first.slice(0, first.indexOf('@'));
  if (existsSync(join(folder, name, 'package.json'))) return folder;
  rmSync(prefix, { recursive: true, force: true });
  mkdirSync(prefix, { recursive: true });
  const options = ['--prefix', prefix, '--no-save', '--no-audit', '--no-fund', '--silent'];
  await run('npm', ['install', ...options, ...packages]);
  return folder;
}
