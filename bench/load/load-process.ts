/**
 * A client of the cluster as a process of its own, so that what it costs is not paid by whoever
 * measures. Takes one task at a time over IPC.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../src/base/system-clock.js';
import { AnnulusClient, type DocumentInput } from '../../src/client/index.js';
import type {
  AnswerLoad,
  AnswerLoadResult,
  IngestLoad,
  IngestLoadResult,
  LoadTask,
  SearchLoad,
  SearchLoadResult,
  SearchTargetSpec,
} from './messages.js';
import { alwaysUnderWay, atRate, LoadRecorder } from './search-loops.js';
import { openTarget, type SearchTarget } from './search-target.js';

const PROGRESS_INTERVAL_MS = 200;
const targets = new Map<string, SearchTarget>();

/** Connections stay open from one task to the next. */
async function targetOf(spec: SearchTargetSpec): Promise<SearchTarget> {
  const key = JSON.stringify(spec);
  let target = targets.get(key);
  if (target === undefined) {
    for (const [other, open] of targets) {
      await open.close();
      targets.delete(other);
    }
    target = await openTarget(spec);
    targets.set(key, target);
  }
  return target;
}

/** Hands out the queries in turn. */
function* endlessRows({ queries, dimension, firstQuery = 0 }: SearchLoad): Generator<Float32Array> {
  const count = queries.length / dimension;
  for (let i = firstQuery; ; i += 1) {
    const from = (i % count) * dimension;
    yield queries.subarray(from, from + dimension);
  }
}

async function runSearches(load: SearchLoad): Promise<SearchLoadResult> {
  const target = await targetOf(load.target);
  const rows = endlessRows(load);
  const search = () => target.search(rows.next().value as Float32Array);
  const ports = { clock: systemClock, sleep, search };
  const startMs = systemClock.nowMs();
  const countFromMs = startMs + (load.warmUpMs ?? 0);
  const endMs = countFromMs + load.durationMs;
  const recorder = new LoadRecorder(countFromMs, load.intervalMs);
  const progress = setInterval(() => tell(recorder.count), PROGRESS_INTERVAL_MS);
  try {
    const { perSecond, concurrency = 1 } = load;
    if (perSecond !== undefined) await atRate(ports, recorder, perSecond, startMs, endMs);
    else await alwaysUnderWay(ports, recorder, concurrency, endMs);
  } finally {
    clearInterval(progress);
  }
  return recorder.result();
}

async function answerAll(load: AnswerLoad): Promise<AnswerLoadResult> {
  const target = await targetOf(load.target);
  const { queries, dimension } = load;
  const ids: string[][] = new Array(queries.length / dimension);
  let next = 0;
  const loop = async () => {
    while (next < ids.length) {
      const query = next++;
      const vector = queries.subarray(query * dimension, (query + 1) * dimension);
      ids[query] = (await target.search(vector)).ids;
    }
  };
  await Promise.all(Array.from({ length: load.concurrency }, loop));
  return { ids };
}

async function runIngest(load: IngestLoad): Promise<IngestLoadResult> {
  const startMs = systemClock.nowMs();
  const endMs = startMs + (load.durationMs ?? Number.POSITIVE_INFINITY);
  const rowCount = load.vectors.length / load.dimension;
  const end = load.firstNumber + (load.count ?? Number.POSITIVE_INFINITY);
  async function* documents(): AsyncGenerator<DocumentInput> {
    for (let i = load.firstNumber; i < end && systemClock.nowMs() < endMs; i += 1) {
      if (load.perSecond !== undefined) {
        const dueAtMs = startMs + ((i - load.firstNumber) / load.perSecond) * 1000;
        const waitMs = dueAtMs - systemClock.nowMs();
        if (waitMs > 0) await sleep(waitMs);
      }
      const from = (i % rowCount) * load.dimension;
      const vector = load.vectors.subarray(from, from + load.dimension);
      yield { id: `${load.prefix}${i}`, vector };
    }
  }
  const client = new AnnulusClient({ address: load.address });
  try {
    const { upserted } = await client.upsertMany(load.collection, documents(), {
      failureCountMax: 0,
      inFlightMax: load.inFlightMax,
      onProgress: (progress) => tell(progress.upserted),
    });
    return { count: upserted, tookMs: systemClock.nowMs() - startMs };
  } finally {
    await client.close();
  }
}

function run(task: LoadTask): Promise<unknown> {
  switch (task.kind) {
    case 'search':
      return runSearches(task);
    case 'answer':
      return answerAll(task);
    case 'ingest':
      return runIngest(task);
  }
}

function tell(count: number): void {
  process.send?.({ progress: { count } });
}

process.on('message', (task: LoadTask) => {
  run(task).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));
