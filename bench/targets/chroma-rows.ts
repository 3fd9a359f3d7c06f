/** The same rows and the same load against Chroma's server, in the same run. */

import { LatencyHistogram } from '../load/latency-histogram.js';
import type { SearchLoadResult } from '../load/messages.js';
import { ChromaServer } from '../peers/chroma-server.js';
import { SearchPeer } from '../peers/search-peer.js';
import { median } from '../report/run-report.js';
import type { Round, SearchBench } from './search-bench.js';
import type { TargetRow, TargetsBench, TargetValue } from './target-row.js';

const RECALL = 0.95;

interface ChromaRounds {
  ef: number;
  recall: number;
  byConcurrency: Map<number, SearchLoadResult[]>;
}

const CONCURRENCIES = [16, 64];
/** Loading takes minutes: both rows share one server. */
const measuredChroma = new WeakMap<SearchBench, Promise<ChromaRounds>>();

export const chromaRows: readonly TargetRow[] = CONCURRENCIES.map((concurrency) => ({
  name: `chroma-${concurrency}`,
  what: `queries/s against Chroma's server, ${concurrency} at once, p99 lower`,
  limit: { min: 5 },
  unit: 'x',
  measure: (bench: TargetsBench) => compare(bench, concurrency),
}));

async function compare(bench: TargetsBench, concurrency: number): Promise<TargetValue> {
  const search = await bench.search();
  const ours = await search.rounds('stream', concurrency, RECALL);
  let pending = measuredChroma.get(search);
  if (pending === undefined) {
    pending = measureChroma(bench, search);
    measuredChroma.set(search, pending);
  }
  const chroma = await pending;
  const theirs = chroma.byConcurrency.get(concurrency) ?? [];
  const ourP99Ms = median(ours.map(({ service }) => service.p99Ms));
  const theirP99Ms = median(theirs.map(({ p99Ms }) => p99Ms));
  const perSecond = (result: SearchLoadResult) => (result.count / result.tookMs) * 1000;
  const theirPerSecond = median(theirs.map(perSecond));
  return {
    samples: ours.map(({ service }) => service.perSecond / theirPerSecond),
    detail:
      `${median(ours.map((round: Round) => round.service.perSecond)).toFixed(0)}/s, p99 ` +
      `${ourP99Ms.toFixed(1)} ms; Chroma ${theirPerSecond.toFixed(0)}/s, p99 ` +
      `${theirP99Ms.toFixed(1)} ms (ef ${chroma.ef}, recall ${chroma.recall.toFixed(4)})`,
    isValid: ourP99Ms < theirP99Ms && theirs.every(({ failedCount }) => failedCount === 0),
    histograms: {
      [`Chroma, ${concurrency} at once`]: LatencyHistogram.merged(
        theirs.map(({ histogram }) => LatencyHistogram.decode(histogram)),
      ).encode(),
    },
  };
}

async function measureChroma(bench: TargetsBench, search: SearchBench): Promise<ChromaRounds> {
  const { context, settings } = bench;
  const { log } = context;
  log.step("starting Chroma's server");
  const server = await ChromaServer.start();
  const own = { data: search.data, fleet: search.stage.fleet, log };
  const peer = await SearchPeer.load(server, own);
  try {
    const { ef, recall } = await peer.tune(RECALL);
    const byConcurrency = new Map<number, SearchLoadResult[]>();
    for (const concurrency of CONCURRENCIES) {
      const results: SearchLoadResult[] = [];
      for (let i = 0; i < settings.repeats; i += 1) {
        log.step(`Chroma, ${concurrency} at once: round ${i + 1}`);
        const { durationMs, warmUpMs } = settings;
        results.push(await peer.measure({ concurrency, durationMs, warmUpMs }));
      }
      byConcurrency.set(concurrency, results);
    }
    return { ef, recall, byConcurrency };
  } finally {
    await peer.close();
  }
}
