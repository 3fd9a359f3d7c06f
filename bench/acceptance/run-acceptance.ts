/**
 * The right answers, through everything that happens to a collection: loaded, killed, updated,
 * deleted from, killed again. After each step default searches must find most of the true nearest,
 * and exact searches must be brute force to the last bit. Whether the cluster says so is
 * compared with a record kept here, on this side of the API.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Metric } from '../../src/base/metric.js';
import { seededRandom } from '../../src/base/random.js';
import { systemClock } from '../../src/base/system-clock.js';
import type { AnnulusClient } from '../../src/client/index.js';
import type { ProcessCluster } from '../cluster/process-cluster.js';
import type { NearestRows } from '../datasets/nearest-rows.js';
import { rowOf, type VectorSet } from '../datasets/vector-set.js';
import { checkSearches, type SearchCheck } from './check-searches.js';
import { DocumentTruth } from './document-truth.js';

export interface AcceptanceData {
  /** Of the collection. */
  name: string;
  metric: Metric;
  /** The share of the true nearest that default searches must find. */
  recallMin: number;
  base: VectorSet;
  queries: VectorSet;
}

export interface AcceptanceOptions {
  data: readonly AcceptanceData[];
  seed: number;
  nearestOf(data: AcceptanceData, k: number): Promise<NearestRows>;
  onLine(line: AcceptanceLine): void;
  onStep(text: string): void;
}

export interface AcceptanceLine extends SearchCheck {
  step: string;
  name: string;
  recallMin: number;
  /** What the cluster counts, and what it should. */
  count: number;
  expectedCount: number;
  isPass: boolean;
}

const TOP_K = 10;
const UPDATED_RATIO = 0.3;
const DELETED_RATIO = 0.2;
const DELETE_BATCH = 1000;
const SEARCHABLE_LIMIT_MS = 120_000;
const SEARCHABLE_POLL_MS = 100;
/** Enough that every replica is asked. */
const SEARCHABLE_SEARCHES = 32;

interface Loaded extends AcceptanceData {
  truth: DocumentTruth;
}

/** Resolves to true when every line passed. */
export async function runAcceptance(
  cluster: ProcessCluster,
  options: AcceptanceOptions,
): Promise<boolean> {
  const { client } = cluster;
  const random = seededRandom(options.seed);
  let isPass = true;
  const check = async (step: string) => {
    for (const loaded of collections) {
      const line = await checkOne(client, step, loaded, options);
      options.onLine(line);
      isPass &&= line.isPass;
    }
  };
  const restart = async () => {
    options.onStep('killing and restarting every process');
    await cluster.killAll();
    await cluster.restartAll();
    const sinceMs = systemClock.nowMs();
    for (const loaded of collections) await untilSearchable(client, loaded);
    const tookMs = (systemClock.nowMs() - sinceMs).toFixed(0);
    options.onStep(`everything can be searched ${tookMs} ms after the last process was ready`);
  };

  const collections: Loaded[] = [];
  for (const data of options.data) {
    options.onStep(`loading ${data.base.count} documents, ${data.name}`);
    const truth = new DocumentTruth(data.base);
    const { name, metric, base } = data;
    await client.createCollection({ name, dimension: base.dimension, metric });
    await client.upsertMany(name, truth.documents(), { failureCountMax: 0 });
    collections.push({ ...data, truth });
  }
  await check('loaded');
  await restart();
  await check('killed, restarted');
  for (const { name, truth } of collections) {
    options.onStep(`updating and deleting, ${name}`);
    const updated = truth.update(UPDATED_RATIO, random);
    await client.upsertMany(name, updated, { failureCountMax: 0 });
    await deleteAll(client, name, truth.delete(DELETED_RATIO, random));
  }
  await check('updated, deleted');
  await restart();
  await check('killed, restarted again');
  return isPass;
}

/** Replicas are opened, verified and their graphs caught up after the processes are ready. */
async function untilSearchable(
  client: AnnulusClient,
  { name, queries }: AcceptanceData,
): Promise<void> {
  const giveUpAtMs = systemClock.nowMs() + SEARCHABLE_LIMIT_MS;
  for (;;) {
    const searches = Array.from({ length: SEARCHABLE_SEARCHES }, () =>
      client.search(name, { vector: rowOf(queries, 0) }),
    );
    const failed = (await Promise.allSettled(searches)).find(({ status }) => status === 'rejected');
    if (failed?.status !== 'rejected') return;
    if (systemClock.nowMs() > giveUpAtMs) throw failed.reason;
    await sleep(SEARCHABLE_POLL_MS);
  }
}

async function deleteAll(
  client: AnnulusClient,
  collection: string,
  ids: readonly string[],
): Promise<void> {
  for (let from = 0; from < ids.length; from += DELETE_BATCH) {
    const { deleted } = await client.delete(collection, ids.slice(from, from + DELETE_BATCH));
    const expected = Math.min(DELETE_BATCH, ids.length - from);
    if (deleted !== expected) throw new Error(`${deleted} of ${expected} documents deleted`);
  }
}

async function checkOne(
  client: AnnulusClient,
  step: string,
  { name, metric, recallMin, queries, truth }: Loaded,
  options: AcceptanceOptions,
): Promise<AcceptanceLine> {
  options.onStep(`${step}: ${name}`);
  const { vectors, ids } = truth.snapshot();
  const data = { name, metric, recallMin, base: vectors, queries };
  const nearest = await options.nearestOf(data, TOP_K);
  const checked = await checkSearches(client, name, { metric, queries, nearest, ids });
  const count = await client.count(name);
  const isPass =
    checked.recall >= recallMin &&
    checked.exactCount === checked.queryCount &&
    count === ids.length;
  return { step, name, recallMin, ...checked, count, expectedCount: ids.length, isPass };
}
