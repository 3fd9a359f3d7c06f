/**
 * SIGKILL of one shard node after another while documents are being written. After each restart, with
 * the writers at rest, everything that the cluster lists is compared with what it acknowledged.
 *
 * There are two collections: one with a single copy of each partition, whose only holder is the node
 * that is killed, and one with the default number of copies.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Random, randomInt, seededRandom } from '../../src/base/random.js';
import { systemClock } from '../../src/base/system-clock.js';
import type { StoredDocument } from '../../src/client/index.js';
import type { ProcessCluster } from '../cluster/process-cluster.js';
import { DIMENSION } from '../workload/document-of.js';
import { Ledger } from '../workload/ledger.js';
import { defaultWriterOptions, Writer } from '../workload/writer.js';

export interface CrashIngestOptions {
  killCount: number;
  seed: number;
  onKill(kill: KillReport): void;
}

export interface KillReport {
  nodeId: string;
  /** Documents acknowledged since the last comparison: before the kill, and from then on. */
  acknowledgedBefore: number;
  acknowledgedAfter: number;
  /** From SIGKILL until the node was ready again. */
  downMs: number;
  documentCount: number;
  violations: string[];
}

export interface CrashIngestResult {
  kills: KillReport[];
  acknowledgedCount: number;
  failedAttemptCount: number;
  /** Why the run proves nothing, or what it disproves; empty when all is well. */
  problems: string[];
}

const WRITERS_PER_COLLECTION = 3;
/** Between two kills at least so many documents must have been acknowledged, on either side of it. */
const ACKNOWLEDGED_MIN = 50;
const KILL_AFTER_MS_MAX = 1000;
const RESUME_LIMIT_MS = 60_000;
const PAGE_SIZE = 1000;
/** All documents are compared after each kill: there must not be ever more. */
const writerOptions = { ...defaultWriterOptions, documentsMax: 2_000 };

interface Target {
  collection: string;
  ledger: Ledger;
  writers: Writer[];
}

export async function runCrashIngest(
  cluster: ProcessCluster,
  { killCount, seed, onKill }: CrashIngestOptions,
): Promise<CrashIngestResult> {
  const random = seededRandom(seed);
  const targets = [
    await createTarget(cluster, 'single-copy', { replicationFactor: 1 }, random),
    await createTarget(cluster, 'default-copies', {}, random),
  ];
  const kills: KillReport[] = [];
  for (let i = 0; i < killCount; i += 1) {
    const kill = await killOnce(cluster, targets, random);
    kills.push(kill);
    onKill(kill);
  }
  const writers = targets.flatMap((target) => target.writers);
  return {
    kills,
    acknowledgedCount: acknowledgedCount(targets),
    failedAttemptCount: writers.reduce((sum, writer) => sum + writer.failedAttemptCount, 0),
    problems: problemsOf(kills, killCount),
  };
}

async function createTarget(
  cluster: ProcessCluster,
  name: string,
  options: { replicationFactor?: number },
  random: Random,
): Promise<Target> {
  const partitions = 2 * cluster.nodeIds.length;
  const powerOfTwo = 2 ** Math.ceil(Math.log2(partitions));
  const shape = { name, dimension: DIMENSION, partitions: powerOfTwo, ...options };
  await cluster.client.createCollection(shape);
  const ledger = new Ledger();
  const writers = Array.from({ length: WRITERS_PER_COLLECTION }, (_, i) => {
    const own = seededRandom(randomInt(random, 2 ** 31));
    return new Writer(cluster.client, name, `${name}-${i}`, ledger, own, writerOptions);
  });
  return { collection: name, ledger, writers };
}

async function killOnce(
  cluster: ProcessCluster,
  targets: readonly Target[],
  random: Random,
): Promise<KillReport> {
  const nodeId = cluster.nodeIds[randomInt(random, cluster.nodeIds.length)] as string;
  const stop = new AbortController();
  const atStart = acknowledgedCount(targets);
  const writers = targets.flatMap((target) => target.writers);
  const writing = Promise.all(writers.map((writer) => writer.run(stop.signal)));
  writing.catch(() => stop.abort());

  await sleep(randomInt(random, KILL_AFTER_MS_MAX));
  await untilAcknowledged(targets, atStart + ACKNOWLEDGED_MIN, stop.signal);
  const atKill = acknowledgedCount(targets);
  const killedAtMs = systemClock.nowMs();
  await cluster.node(nodeId).kill();
  await cluster.startNode(nodeId);
  const downMs = systemClock.nowMs() - killedAtMs;
  await allResumed(writers, stop.signal);
  await untilAcknowledged(targets, atKill + ACKNOWLEDGED_MIN, stop.signal);
  stop.abort();
  await writing;

  const violations: string[] = [];
  let documentCount = 0;
  for (const { collection, ledger } of targets) {
    const stored: StoredDocument[] = [];
    const listing = { pageSize: PAGE_SIZE, includeVector: true };
    for await (const one of cluster.client.listAll(collection, listing)) stored.push(one);
    documentCount += stored.length;
    violations.push(...ledger.violations(stored).map((text) => `${collection}: ${text}`));
    const counted = await cluster.client.count(collection);
    if (counted !== ledger.existingCount) {
      violations.push(`${collection}: counts ${counted}, not ${ledger.existingCount}`);
    }
  }
  return {
    nodeId,
    acknowledgedBefore: atKill - atStart,
    acknowledgedAfter: acknowledgedCount(targets) - atKill,
    downMs,
    documentCount,
    violations,
  };
}

/** Until every writer has had two requests answered: the second was sent after the restart. */
async function allResumed(writers: readonly Writer[], stop: AbortSignal): Promise<void> {
  const wanted = writers.map(({ batchCount }) => batchCount + 2);
  await until(
    () => writers.every((writer, i) => writer.batchCount >= (wanted[i] as number)),
    stop,
    'writers did not go on after the restart',
  );
}

/** A kill proves nothing without traffic on either side of it. */
async function untilAcknowledged(
  targets: readonly Target[],
  count: number,
  stop: AbortSignal,
): Promise<void> {
  const isEnough = () => acknowledgedCount(targets) >= count;
  await until(isEnough, stop, 'too little was acknowledged');
}

async function until(isTrue: () => boolean, stop: AbortSignal, complaint: string): Promise<void> {
  const giveUpAtMs = systemClock.nowMs() + RESUME_LIMIT_MS;
  while (!stop.aborted && !isTrue()) {
    if (systemClock.nowMs() > giveUpAtMs) {
      throw new Error(`${complaint}, for ${RESUME_LIMIT_MS} ms`);
    }
    await sleep(10);
  }
}

function acknowledgedCount(targets: readonly Target[]): number {
  return targets.reduce((sum, { ledger }) => sum + ledger.acknowledgedCount, 0);
}

function problemsOf(kills: readonly KillReport[], killCount: number): string[] {
  const problems: string[] = [];
  if (kills.length < killCount) problems.push(`${kills.length} kills of ${killCount}`);
  kills.forEach(({ nodeId, acknowledgedBefore, acknowledgedAfter, violations }, i) => {
    const name = `kill ${i + 1} (${nodeId})`;
    if (acknowledgedBefore < ACKNOWLEDGED_MIN || acknowledgedAfter < ACKNOWLEDGED_MIN) {
      const counts = `${acknowledgedBefore} before and ${acknowledgedAfter} after it`;
      problems.push(`${name}: too little traffic: ${counts}, wanted ${ACKNOWLEDGED_MIN} each`);
    }
    problems.push(...violations.map((violation) => `${name}: ${violation}`));
  });
  return problems;
}
