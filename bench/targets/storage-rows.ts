/** Ingest, memory and restart of the nodes whose searches the other rows measure. */
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../src/base/system-clock.js';
import type { ProcessCluster } from '../cluster/process-cluster.js';
import { rowOf } from '../datasets/vector-set.js';
import { median } from '../report/run-report.js';
import type { SearchBench } from './search-bench.js';
import type { TargetRow, TargetsBench, TargetValue } from './target-row.js';

const RESTART_LIMIT_MS = 60_000;
const POLL_MS = 5;

export const storageRows: readonly TargetRow[] = [
  {
    name: 'ingest',
    what: 'documents/s ingested, durable and searchable / bare addPoint of one thread',
    limit: { min: 1 },
    unit: 'x',
    measure: ingest,
  },
  {
    name: 'memory',
    what: 'anonymous resident memory of the nodes per document, beyond empty nodes',
    limit: { max: 1 },
    unit: 'KB',
    measure: memory,
  },
  {
    name: 'restart',
    what: 'restart of a node until it serves its documents',
    limit: { max: 2 },
    unit: 's',
    measure: restart,
  },
];

async function ingest(bench: TargetsBench): Promise<TargetValue> {
  const search = await bench.search();
  const { acknowledgedMs, settledMs } = search.stage.collection.ingested;
  const { count } = search.data.base;
  const perSecond = (count / acknowledgedMs) * 1000;
  const settledPerSecond = (count / settledMs) * 1000;
  return {
    samples: [perSecond / search.bareAddedPerSecond],
    detail:
      `${perSecond.toFixed(0)}/s (${settledPerSecond.toFixed(0)}/s until the nodes were idle) / ` +
      `${search.bareAddedPerSecond.toFixed(0)}/s`,
  };
}

/** After searches and some rest, as a node is most of its life. */
async function memory(bench: TargetsBench): Promise<TargetValue> {
  const search = await bench.search();
  await search.rounds('stream', 16, 0.95);
  await search.stage.cluster.untilRested();
  const bytes = search.stage.cluster.nodesRssAnonBytes() ?? Number.NaN;
  const grownBytes = bytes - search.stage.emptyNodesBytes;
  const mib = (value: number) => (value / 2 ** 20).toFixed(0);
  return {
    samples: [grownBytes / search.data.base.count / 1024],
    detail: `${mib(bytes)} MiB of all nodes, ${mib(search.stage.emptyNodesBytes)} MiB when empty`,
  };
}

/** From the start of the process until an answer is complete again; after a stop and after a kill. */
async function restart(bench: TargetsBench): Promise<TargetValue> {
  const search = await bench.search();
  const { own } = search.stage.cluster;
  if (own === undefined) throw new Error('a restart needs a cluster of its own');
  const nodeId = own.nodeIds[0] as string;
  const documentCount = await documentsOf(search, nodeId);
  const stoppedMs: number[] = [];
  const killedMs: number[] = [];
  for (let i = 0; i < bench.settings.repeats; i += 1) {
    bench.context.log.step(`restart ${i + 1} of ${nodeId}, ${documentCount} documents`);
    await own.node(nodeId).stop();
    stoppedMs.push(await startAndWait(search, own, nodeId));
    await own.node(nodeId).kill();
    killedMs.push(await startAndWait(search, own, nodeId));
  }
  return {
    samples: stoppedMs.map((ms, i) => Math.max(ms, killedMs[i] as number) / 1000),
    detail:
      `${documentCount} documents, ${median(stoppedMs).toFixed(0)} ms after SIGTERM, ` +
      `${median(killedMs).toFixed(0)} ms after SIGKILL`,
  };
}

async function documentsOf({ stage }: SearchBench, nodeId: string): Promise<number> {
  const nodes = await stage.cluster.client.cluster.listNodes();
  return nodes.find((node) => node.nodeId === nodeId)?.documentCount ?? 0;
}

async function startAndWait(
  search: SearchBench,
  own: ProcessCluster,
  nodeId: string,
): Promise<number> {
  const startMs = systemClock.nowMs();
  const started = own.startNode(nodeId);
  const vector = rowOf(search.data.queries, 0);
  for (;;) {
    const nowMs = systemClock.nowMs();
    if (nowMs - startMs > RESTART_LIMIT_MS) throw new Error(`${nodeId} does not serve again`);
    const options = { vector, minCoverageRatio: 0 };
    const answer = await search.stage.cluster.client
      .search(search.stage.collection.name, options)
      .catch(() => undefined);
    if (answer?.coverage.ratio === 1) break;
    await sleep(POLL_MS);
  }
  const tookMs = systemClock.nowMs() - startMs;
  await started;
  return tookMs;
}
