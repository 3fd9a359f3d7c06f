// Compiles src, shards, bench and examples into `dist`, adds what is not TypeScript (protos, worker
// entries in plain JavaScript, the charts of reports), and removes what has no source any more. Run by
// `npm run build`.
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import {
  buildFingerprint,
  buildStamp,
  fail,
  filesUnder,
  root,
  runNode,
  sourceFolders,
} from './workspace.mjs';

const dist = join(root, 'dist');
// Taken before compiling: a file written meanwhile makes the next run build again.
const fingerprint = buildFingerprint();

if (!existsSync(join(root, 'node_modules', 'typescript')))
  fail('Not installed: run "npm run setup"');
rmSync(buildStamp, { force: true });
removeOrphans();
if (!runNode('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json')) process.exit(1);
copyPlainFiles();
copyCharts();
makeExecutable(join(dist, 'src', 'cli', 'main.js'));
writeFileSync(buildStamp, fingerprint);

/** Compiled files whose source was deleted or renamed would otherwise stay and be run. */
function removeOrphans() {
  for (const path of sourceFolders.flatMap((folder) => filesUnder(`dist/${folder}`))) {
    const source = path.slice('dist/'.length).replace(/(\.d\.ts|\.js)(\.map)?$/, '.ts');
    if (!existsSync(join(root, source))) rmSync(join(root, path));
  }
}

function copyPlainFiles() {
  rmSync(join(dist, 'proto'), { recursive: true, force: true });
  cpSync(join(root, 'proto'), join(dist, 'proto'), { recursive: true });
  for (const path of sourceFolders.flatMap(filesUnder).filter((path) => path.endsWith('.mjs'))) {
    mkdirSync(join(dist, dirname(path)), { recursive: true });
    copyFileSync(join(root, path), join(dist, path));
  }
}

/** The one file of the charting library that reports carry, with its licence: no package to install. */
function copyCharts() {
  const from = join(root, 'node_modules', 'echarts');
  const to = join(dist, 'bench', 'report', 'vendor');
  mkdirSync(to, { recursive: true });
  // Everything ending in .js is an ES module in this package; this file is not.
  copyFileSync(join(from, 'dist', 'echarts.common.min.js'), join(to, 'echarts.common.min.cjs'));
  for (const path of ['LICENSE', 'NOTICE']) copyFileSync(join(from, path), join(to, path));
}

function makeExecutable(path) {
  if (existsSync(path)) chmodSync(path, 0o755);
}
