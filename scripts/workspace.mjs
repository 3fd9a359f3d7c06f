// What the other scripts share: where the checkout is, running a command, listing files, saying
// something. Plain Node, because `setup.mjs` runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Folders whose TypeScript becomes `dist`. */
export const sourceFolders = ['src', 'shards', 'bench', 'examples', 'test/power-loss'];

/** Progress goes to stderr: stdout belongs to whatever runs after the set-up. */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/** Prints one line and ends the process with code 1. */
export function fail(line) {
  say(line);
  process.exit(1);
}

/** Runs a command in the checkout, showing what it prints on stderr; true when it exits with 0. */
export function run(command, args, env = process.env) {
  const { status, error } = spawnSync(command, args, { cwd: root, env, stdio: ['ignore', 2, 2] });
  if (error) say(`${command}: ${error.message}`);
  return status === 0;
}

/** Runs a program of `node_modules/.bin`, by its JavaScript file so that it needs no shell. */
export function runNode(script, ...args) {
  return run(process.execPath, [join(root, script), ...args]);
}

/** Calls `action`, says how long it took, and returns its result. */
export function timed(name, action) {
  const startMs = performance.now();
  const result = action();
  say(
    `${name}: ${result ? 'ok' : 'FAILED'} (${((performance.now() - startMs) / 1000).toFixed(1)} s)`,
  );
  return result;
}

/** Every file under `folder` (relative to the checkout), as sorted relative paths; [] without it. */
export function filesUnder(folder) {
  const found = [];
  const pending = [folder];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    let entries;
    try {
      entries = readdirSync(join(root, next), { withFileTypes: true });
    } catch (error) {
      if (error.code === 'ENOENT') continue;
      throw error;
    }
    for (const entry of entries) {
      const path = `${next}/${entry.name}`;
      if (entry.isDirectory()) pending.push(path);
      else found.push(path);
    }
  }
  return found.sort();
}

export function sha256(content) {
  return createHash('sha256').update(content).digest('hex');
}

/** Changes whenever an input of the build is added, removed, renamed or written. */
export function buildFingerprint() {
  const inputs = [
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'tsconfig.build.json',
    'scripts/build.mjs',
    ...['proto', ...sourceFolders].flatMap(filesUnder),
  ];
  const lines = inputs.map((path) => {
    const { size, mtimeMs } = statSync(join(root, path));
    return `${path} ${size} ${mtimeMs}`;
  });
  return sha256(lines.join('\n'));
}

/** Where `build.mjs` notes the fingerprint of what it built. */
export const buildStamp = join(root, 'dist', '.built');
