// Where downloaded and derived data sets live: outside version control, safe to delete at any time.
// `ANNULUS_CACHE` names the directory; without it, `.cache/datasets` beside the package.json of a
// checkout, and `annulus` in the user's cache directory for an installed package, which the next
// installation would take away.
//
// The package root is found by walking up, so that the same code works from source (`bench/...`)
// and from the compiled copy (`dist/bench/...`).

import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The nearest directory at or above `moduleUrl` that holds a package.json. */
export function packageRoot(moduleUrl: string): string {
  let directory = dirname(fileURLToPath(moduleUrl));
  while (!existsSync(join(directory, 'package.json'))) {
    const parent = dirname(directory);
    if (parent === directory) throw new Error(`no package.json above ${moduleUrl}`);
    directory = parent;
  }
  return directory;
}

/** The cache directory, created when missing. */
export function cacheDirectory(): string {
  const configured = process.env.ANNULUS_CACHE;
  const directory = configured
    ? resolve(configured)
    : defaultDirectory(packageRoot(import.meta.url));
  mkdirSync(directory, { recursive: true });
  return directory;
}

function defaultDirectory(root: string): string {
  const isInstalled = root.split(sep).includes('node_modules');
  if (!isInstalled) return join(root, '.cache', 'datasets');
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'annulus', 'datasets');
}

/** Writes a file so that readers see all of it or none of it. */
export function writeFileAtomically(path: string, content: Uint8Array | string): void {
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
  writeFileSync(temporary, content);
  renameSync(temporary, path);
}
