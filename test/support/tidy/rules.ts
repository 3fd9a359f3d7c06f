/** The repository's own rules, as data. What applies them is in `source-scan` and the tidy test. */

/** Where time and chance come from: the only files that may touch the real ones. */
export const systemAdapters: ReadonlySet<string> = new Set([
  'src/base/system-clock.ts',
  'src/base/system-random.ts',
]);

/** Banned names in src and shards, each with what to use instead. */
export const bannedNames: ReadonlyMap<string, string> = new Map([
  ['Date.now', 'use the Clock port: clock.wallMs()'],
  ['new Date()', 'use the Clock port: new Date(clock.wallMs())'],
  ['performance.now', 'use the Clock port: clock.nowMs()'],
  ['setTimeout', 'use the Clock port: clock.setTimer(delayMs, callback)'],
  ['setInterval', 'use the Clock port: clock.setTimer, set again by its own callback'],
  ['setImmediate', 'use the Clock port: clock.defer(callback)'],
  ['AbortSignal.timeout', 'use the Clock port: clock.setTimer and an AbortController'],
  ['Math.random', 'use the Random port: random.next()'],
  ['randomUUID', 'use the Random port, or randomHex of src/base/system-random'],
]);

/** Modules that would bring the banned names in under others. */
export const bannedModules: ReadonlyMap<string, string> = new Map([
  ['node:timers', 'use the Clock port'],
  ['node:timers/promises', 'use the Clock port: delay(clock, delayMs)'],
]);

export interface Layer {
  /** Path prefix of its files. */
  prefix: string;
  /** Path prefixes that it may import beside itself. */
  mayImport: readonly string[];
}

const wireAndBase = ['src/wire/', 'src/base/'];
const mains = [
  ...['src/coordinator/main', 'src/coordinator/config', 'shards/main', 'shards/config'],
  'src/coordinator/restore/main',
];
/** Numbers that options are checked against and defaulted by. */
const limits = ['src/coordinator/limits', 'shards/scheduler'];
/** What benchmarks measure alone. */
const measured = [
  'src/coordinator/transport/',
  'src/coordinator/search/default-ef-search',
  // For a coordinator gone astray, which knows what coordinators know.
  'src/coordinator/topology/etcd-topology-store',
  'src/coordinator/topology/topology',
  'shards/',
];

/** base <- wire <- {coordinator, shards, client} <- cli; whatever is not listed is free. */
export const layers: readonly Layer[] = [
  { prefix: 'src/base/', mayImport: [] },
  { prefix: 'src/wire/', mayImport: ['src/base/'] },
  { prefix: 'src/coordinator/', mayImport: wireAndBase },
  { prefix: 'shards/', mayImport: wireAndBase },
  { prefix: 'src/client/', mayImport: wireAndBase },
  { prefix: 'src/cli/', mayImport: [...wireAndBase, 'src/client/', ...mains, ...limits] },
  {
    prefix: 'examples/',
    // `bench/datasets` too: the script that makes the quickstart's data reads the same sources.
    mayImport: [...wireAndBase, 'src/client/', 'src/cli/', 'shards/', 'bench/datasets/'],
  },
  {
    prefix: 'bench/',
    mayImport: [...wireAndBase, ...measured, 'src/client/', 'src/cli/', 'examples/'],
  },
];

/**
 * Which files may import a third-party package: paths, `*` for any characters. An adapter carries its
 * technology as a prefix, so that the rest of the code can be read without knowing the package.
 */
export const packageUsers: ReadonlyMap<string, readonly string[]> = new Map([
  [
    '@grpc/grpc-js',
    [
      'src/wire/*',
      'src/client/*',
      'src/coordinator/main.ts',
      'src/coordinator/service/*',
      'src/coordinator/transport/*',
      'shards/main.ts',
      'shards/link-*',
      'shards/cluster-joiner.ts',
      'bench/*',
    ],
  ],
  ['@grpc/proto-loader', ['src/wire/*']],
  ['protobufjs', ['src/wire/*']],
  ['@grpc/reflection', ['src/coordinator/service/*']],
  ['grpc-health-check', ['src/coordinator/service/*']],
  ['cli-progress', ['src/cli/*', 'examples/*', 'bench/*']],
  ['commander', ['src/cli/*', 'bench/program.ts']],
  ['consistent-hash', ['src/coordinator/topology/hash-ring.ts']],
  ['etcd3', ['src/coordinator/topology/etcd-*', 'test/support/etcd-*']],
  ['h5wasm', ['bench/datasets/hdf5-*', 'test/unit/bench/*']],
  ['hdr-histogram-js', ['bench/*']],
  ['hnswlib-node', ['shards/index/hnsw-*', 'shards/index/rebuild-worker.mjs', 'bench/*']],
  ['koffi', ['shards/native-heap.ts']],
  ['lmdb', ['shards/store/lmdb-*', 'src/coordinator/topology/lmdb-*']],
  ['pino', ['src/base/pino-*']],
  ['prom-client', ['src/coordinator/telemetry/*', 'shards/*metrics.ts']],
  ['tinybench', ['bench/*']],
  ['xxhash-wasm', ['src/base/hash64.ts']],
  ['yaml', ['src/cli/*', 'src/coordinator/config.ts', 'shards/config.ts']],
]);

/** In the table, and no dependency of the package: only for development, or installed by who wants it. */
export const developmentPackages: ReadonlySet<string> = new Set(['tinybench', 'h5wasm']);

export const FILE_LINES_MAX = 300;
/** The formatter breaks code at 100 columns; prose in comments may stick out a little. */
export const LINE_COLUMNS_MAX = 105;
/** Markdown is wrapped by hand, and rendered before most people read it. */
export const MARKDOWN_COLUMNS_MAX = 120;

/** Files that may be longer than 300 lines, each with how long and why. */
export const longFiles: ReadonlyMap<string, { linesMax: number; reason: string }> = new Map([
  [
    'test/integration/bad-input.test.ts',
    { linesMax: 375, reason: 'one list of bad inputs, each with the answer it must get' },
  ],
  [
    'test/contract/shard-link.contract.ts',
    { linesMax: 320, reason: 'one list of claims that every adapter of the port must meet' },
  ],
  [
    'test/contract/partition-store.contract.ts',
    { linesMax: 355, reason: 'one list of claims that every adapter of the port must meet' },
  ],
]);

/** Text that has no place in any file. This file and the tests of the rules are not looked at. */
export const bannedText: readonly { pattern: RegExp; instead: string }[] = [
  { pattern: /\b(TODO|FIXME|XXX)\b/, instead: 'finish it, or open an issue' },
  {
    pattern: /(?<![\w.~-])\/(home|Users)\/[a-z]/,
    instead: 'use a path relative to the repository',
  },
];

export const bannedTextExceptions: ReadonlySet<string> = new Set([
  'test/support/tidy/rules.ts',
  'test/unit/support/tidy.test.ts',
]);
