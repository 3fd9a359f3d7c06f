// `npm run check`: everything that needs no cluster, in the order of what fails soonest. All parts run
// even when one fails, so that one run tells all. `--static` leaves the tests out.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { filesUnder, root, run, runNode, say, timed } from './workspace.mjs';

const GENERATED = 'src/wire/generated';
const testProjects = ['unit', 'contract', 'scenarios', 'tidy'];

const parts = [
  ['format and lint', () => runNode('node_modules/@biomejs/biome/bin/biome', 'check', '.')],
  ['types', () => runNode('node_modules/typescript/bin/tsc')],
  ['generated types', generatedTypesAreCurrent],
];
if (!process.argv.includes('--static')) {
  const projects = testProjects.flatMap((name) => ['--project', name]);
  parts.push(['tests', () => runNode('node_modules/vitest/vitest.mjs', 'run', ...projects)]);
}

if (!runNode('scripts/setup.mjs')) process.exit(1);
const failed = parts.filter(([name, action]) => !timed(name, action)).map(([name]) => name);
if (failed.length > 0) say(`check failed: ${failed.join(', ')}`);
process.exit(failed.length === 0 ? 0 : 1);

/** Generates into a temporary folder and compares it, file by file, with what is committed. */
function generatedTypesAreCurrent() {
  const scratch = mkdtempSync(join(tmpdir(), 'annulus-generated-'));
  try {
    if (!run(process.execPath, ['scripts/generate-types.mjs', scratch])) return false;
    const scratchPath = relative(root, scratch);
    const fresh = filesUnder(scratchPath).map((path) => path.slice(scratchPath.length + 1));
    const committed = filesUnder(GENERATED).map((path) => path.slice(GENERATED.length + 1));
    const all = [...new Set([...fresh, ...committed])].sort();
    const different = all.filter(
      (path) => read(scratch, path) !== read(join(root, GENERATED), path),
    );
    for (const path of different)
      say(`${GENERATED}/${path} is not what proto/ says: npm run generate`);
    return different.length === 0;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function read(folder, path) {
  try {
    return readFileSync(join(folder, path), 'utf8');
  } catch {
    return undefined;
  }
}
