// Regenerates src/wire/generated from proto/. Run by `npm run generate`; `npm run check` runs it into a
// temporary folder to prove that what is committed is what the protos say.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';

const outDir = process.argv[2] ?? 'src/wire/generated';
rmSync(outDir, { recursive: true, force: true });
mkdirSync(outDir, { recursive: true });
const options = [
  '--longs=String',
  '--enums=String',
  '--defaults',
  '--oneofs',
  '--grpcLib=@grpc/grpc-js',
  '--targetFileExtension=.ts',
  '--importFileExtension=.js',
  '--includeDirs=proto',
  `--outDir=${outDir}`,
];
const files = ['annulus', 'cluster', 'shard'].map((name) => `annulus/v1/${name}.proto`);
const { status } = spawnSync(
  'node_modules/.bin/proto-loader-gen-types',
  [...options, ...files, 'google/rpc/status.proto'],
  { stdio: 'inherit' },
);
process.exit(status ?? 1);
