/**
 * `npm run bench -- recovery [--count N] [--move-count N] [--per-second N] [--json FILE]`: how a replica
 * that lost something comes back in sync, against writing the documents again, in one run over two
 * nodes that hold everything twice. Exit code 1 when a target is missed:
 *   missed   a node was away while 1 % of the documents changed: documents sent to it
 *   empty    a node comes back without any data: time from its start until all is in sync
 *   move     a node comes back without one collection: time from the beginning of its recovery
 *   searches p99 of searches of another collection on both nodes, before that and meanwhile
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../src/base/system-clock.js';
import { jsonOption, programOptions } from './commands/program-options.js';
import { loadGlove } from './datasets/glove.js';
import type { VectorSet } from './datasets/vector-set.js';
import { LatencyHistogram } from './load/latency-histogram.js';
import { copyOf, LoadClient } from './load/load-client.js';
import type { SearchLoadResult } from './load/messages.js';
import { documentsOf, LOSER, RecoveryBench } from './recovery/recovery-bench.js';
import { machineLine, printTable, writeJson } from './report/run-report.js';
import { count } from './suites/common-options.js';

const args = programOptions('npm run bench -- recovery', [
  count('count', 100_000, 1000, 341_479, 'Documents.'),
  count('move-count', 50_000, 1000, 341_479, 'Documents of the collection that comes back alone.'),
  count('per-second', 200, 1, 100_000, 'Searches meanwhile.'),
  jsonOption,
]);
const MISSED_RATIO = 0.01;
const BASELINE_MS = 8000;
const INTERVAL_MS = 100;
/** Longer than any recovery here takes. */
const SEARCH_MS_MAX = 40_000;
const LARGE = 'large';
const MOVED = 'moved';
const wantedCount = args.integer('count');
const moveCount = args.integer('move-count');
const machine = machineLine();

/** Of each interval of the searches during the copy, for the file. */
let timeline: { startMs: number; p99Ms: number; maxMs: number }[] = [];

interface Line {
  what: string;
  measured: string;
  ratio: number;
  limit: number;
}

const { base, queries } = await loadGlove({ queryCount: 1000, seed: 1, count: wantedCount });
const part: VectorSet = {
  ...base,
  count: moveCount,
  values: base.values.subarray(0, moveCount * base.dimension),
};
const lines: Line[] = [];
const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;

function add(line: Line): void {
  lines.push(line);
  console.error(`${line.what}: ${line.measured}`);
}

async function missed(bench: RecoveryBench): Promise<void> {
  const changed = Math.round(wantedCount * MISSED_RATIO);
  await bench.kill();
  const documents = documentsOf(base, 0, changed);
  const options = { failureCountMax: 0 };
  await bench.cluster.client.upsertMany(LARGE, documents, options);
  await bench.startNode(LOSER);
  const startedAtMs = systemClock.nowMs();
  await bench.untilInSync();
  const tookMs = systemClock.nowMs() - startedAtMs;
  const received = await bench.received();
  const measured =
    `${received.documents} sent, ${changed} missed; in sync ${seconds(tookMs)} after it was ready, ` +
    `${(received.graph_bytes / 2 ** 20).toFixed(0)} MiB of graphs`;
  const ratio = received.documents / changed;
  add({ what: `a replica missed 1 % of ${wantedCount}`, measured, ratio, limit: 1.05 });
}

async function empty(bench: RecoveryBench, insertMs: number): Promise<void> {
  await bench.kill();
  bench.lose();
  const startedAtMs = systemClock.nowMs();
  await bench.startNode(LOSER);
  await bench.untilRecovering();
  await bench.untilInSync();
  const tookMs = systemClock.nowMs() - startedAtMs;
  const received = await bench.received();
  const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
  const measured =
    `${seconds(tookMs)} from its start, ${received.documents} documents in ${mib(received.bytes)}, ` +
    `${mib(received.graph_bytes)} of them graphs; inserting took ${seconds(insertMs)}`;
  const what = `an empty node, ${wantedCount + moveCount} documents`;
  add({ what, measured, ratio: tookMs / insertMs, limit: 0.25 });
}

async function move(bench: RecoveryBench, insertMs: number): Promise<void> {
  await bench.kill();
  bench.lose(MOVED);
  await bench.startNode(LOSER);
  await bench.untilRecovering();
  const startedAtMs = systemClock.nowMs();
  await bench.untilInSync();
  const tookMs = systemClock.nowMs() - startedAtMs;
  const measured = `${seconds(tookMs)}; inserting took ${seconds(insertMs)}`;
  const what = `one partition of ${moveCount} documents`;
  add({ what, measured, ratio: tookMs / insertMs, limit: 0.2 });
}

async function searches(bench: RecoveryBench): Promise<void> {
  const searcher = new LoadClient();
  const search = (durationMs: number, warmUpMs = 0) =>
    searcher.search({
      target: { kind: 'stream', address: bench.cluster.address, collection: LARGE },
      dimension: base.dimension,
      queries: copyOf(queries.values),
      perSecond: args.integer('per-second'),
      durationMs,
      intervalMs: INTERVAL_MS,
      warmUpMs,
    });
  try {
    const before = await search(BASELINE_MS, 1000);
    await bench.kill();
    bench.lose(MOVED);
    await bench.startNode(LOSER);
    await bench.untilRecovering();
    const during = search(SEARCH_MS_MAX);
    const startedAtMs = systemClock.nowMs();
    await bench.untilInSync();
    const tookMs = systemClock.nowMs() - startedAtMs;
    const searched = await during;
    timeline = searched.intervals.map(({ startMs, histogram: text }) => {
      const histogram = LatencyHistogram.decode(text);
      return { startMs, p99Ms: histogram.percentileMs(99), maxMs: histogram.maxMs };
    });
    const p99Ms = p99Of(searched, tookMs);
    const measured =
      `${p99Ms.toFixed(2)} ms during the ${seconds(tookMs)} of the copy, ` +
      `${before.p99Ms.toFixed(2)} ms before`;
    add({ what: 'p99 of searches meanwhile', measured, ratio: p99Ms / before.p99Ms, limit: 2 });
  } finally {
    searcher.stop();
  }
}

/** Of the searches that ended before then. */
function p99Of({ intervals }: SearchLoadResult, untilMs: number): number {
  const histogram = new LatencyHistogram();
  for (const { startMs, histogram: text } of intervals) {
    if (startMs < untilMs) histogram.add(LatencyHistogram.decode(text));
  }
  return histogram.percentileMs(99);
}

const bench = await RecoveryBench.start();
let isEqual = false;
try {
  console.error(`loading ${wantedCount} and ${moveCount} documents`);
  const largeMs = await bench.load(LARGE, base);
  await bench.settled();
  const movedMs = await bench.load(MOVED, part);
  await bench.settled();
  await missed(bench);
  await bench.settled();
  await empty(bench, largeMs + movedMs);
  await bench.settled();
  await move(bench, movedMs);
  await bench.settled();
  await searches(bench);
  await sleep(1000);
  isEqual = (await bench.areEqual(LARGE)) && (await bench.areEqual(MOVED));
} finally {
  await bench.cluster.stop();
}

const isPass = isEqual && lines.every(({ ratio, limit }) => ratio <= limit);
console.log(`${machine}\nGloVe, 2 shard nodes, everything on both, default settings\n`);
printTable(
  ['what', 'measured', 'ratio', 'at most', 'result'],
  lines.map(({ what, measured, ratio, limit }) => [
    what,
    measured,
    ratio.toFixed(3),
    limit,
    ratio <= limit ? 'PASS' : 'FAIL',
  ]),
);
console.log(`\nreplicas equal afterwards: ${isEqual ? 'yes' : 'NO'}`);
writeJson(args.optionalText('json'), machine, { lines, timeline });
if (!isPass) process.exitCode = 1;
