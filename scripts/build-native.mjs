// `npm run build:native [-- MARCH]`: compiles hnswlib-node again for this machine's processor
// (`-march=native`), or for the named one: `x86-64-v3` runs on every x86 server since about 2015.
// npm's own build uses SSE only; hnswlib picks AVX where the compiler says it is there. gyp's makefile
// puts CXXFLAGS after its own flags, so ours win. `npm ci` undoes it.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fail, root, run, say } from './workspace.mjs';

const march = process.argv[2] ?? 'native';
if (!/^[A-Za-z0-9._+-]+$/.test(march)) fail(`${march} is no processor name for -march`);
if (!existsSync(join(root, 'node_modules', 'hnswlib-node'))) fail('Not installed: npm run setup');

const prefix = dirname(dirname(process.execPath));
const nodedir = existsSync(join(prefix, 'include', 'node', 'node.h'))
  ? { npm_package_config_node_gyp_nodedir: prefix }
  : {};
const flags = `${process.env.CXXFLAGS ?? ''} -O3 -march=${march}`.trim();
const env = { ...process.env, ...nodedir, CXXFLAGS: flags };
if (!run('npm', ['rebuild', 'hnswlib-node', '--loglevel=error'], env)) fail('The build failed');
say(`hnswlib-node compiled with ${flags}`);
