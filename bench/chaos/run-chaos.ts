/**
 * One run: faults under load, then peace, then the questions. Whether replicas become equal again is
 * asked soon after the last fault; whether everything is as was promised, with writers at rest.
 */
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomInt, seededRandom } from '../../src/base/random.js';
import { systemClock } from '../../src/base/system-clock.js';
import type { StoredDocument } from '../../src/client/index.js';
import { ProcessCluster } from '../cluster/process-cluster.js';
import { ChaosViolation, ChaosWorld, COLLECTION, NODE_COUNT } from './chaos-world.js';
import { fullDisk, mountSmallDisk, SMALL_DISK_NODE, unmountSmallDisk } from './disk-faults.js';
import type { Fault } from './fault.js';
import { dealFaults, type Profile } from './profiles.js';
import { type ChaosReport, reportOf } from './report.js';

export interface ChaosOptions {
  profile: Profile;
  seed: number;
  /** How many are wanted, of what the profile counts. */
  faultCount: number;
  /** No more faults after this long, in milliseconds. */
  limitMs: number;
  log(line: string): void;
}

/** What must be seen between two faults, or they prove nothing. */
const ACKNOWLEDGED_PER_FAULT = 30;
const SEARCHES_PER_FAULT = 20;
const PAUSE_MS_MAX = 300;
/** Load goes on for this long after the last fault. */
const AFTERMATH_MS = 1_000;

export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { profile, seed, log } = options;
  const directory = mkdtempSync(join(tmpdir(), 'annulus-chaos-'));
  const smallDisk = join(directory, SMALL_DISK_NODE);
  mkdirSync(smallDisk);
  const hasSmallDisk = profile.needsSmallDisk && mountSmallDisk(smallDisk);
  const skipped = profile.needsSmallDisk && !hasSmallDisk ? [fullDisk.kind] : [];
  for (const kind of skipped) log(`skipped: ${kind} (needs root, to mount a small disk)`);
  const cluster = await ProcessCluster.start({
    shards: NODE_COUNT,
    directory,
    withProxies: profile.needsProxies,
    onStopped: () => {
      if (hasSmallDisk) unmountSmallDisk(smallDisk);
    },
  });
  const world = new ChaosWorld(cluster, seed);
  const deck = profile.deck.filter(([{ kind }]) => !skipped.includes(kind));
  const faults = new Map<string, number>(deck.map(([{ kind }]) => [kind, 0]));
  let convergedMs: number | undefined;
  let documentCount = 0;
  const beganAtMs = systemClock.nowMs();
  try {
    await world.begin();
    const lastFaultAtMs = await makeFaults(world, options, deck, faults);
    await sleep(AFTERMATH_MS);
    await world.stopWriting();
    convergedMs = await converge(world, lastFaultAtMs, profile.convergeLimitMs);
    documentCount = await compareAll(world);
  } catch (error) {
    if (!(error instanceof ChaosViolation)) throw error;
    world.onViolation(error.message);
  } finally {
    await world.end();
    if (world.violationCount > 0) logServers(cluster, log);
    await cluster.stop();
  }
  const tookMs = systemClock.nowMs() - beganAtMs;
  return reportOf(world, options, { faults, convergedMs, documentCount, tookMs, skipped });
}

/** What the servers that run now had to say lately: their warnings. */
function logServers(cluster: ProcessCluster, log: (line: string) => void): void {
  for (const nodeId of cluster.nodeIds) log(`${nodeId}:\n${cluster.node(nodeId).stderr}`);
  log(`coordinator:\n${cluster.coordinator.stderr}`);
}

/** Returns when the last one was over. */
async function makeFaults(
  world: ChaosWorld,
  { seed, faultCount, limitMs, profile, log }: ChaosOptions,
  deck: Profile['deck'],
  counts: Map<string, number>,
): Promise<number> {
  const random = seededRandom(seed);
  const giveUpAtMs = systemClock.nowMs() + limitMs;
  let made = 0;
  let lastAtMs = systemClock.nowMs();
  for (const fault of dealFaults(deck, random)) {
    const done = profile.counts === 'faults' ? made : world.killCount;
    if (done >= faultCount || systemClock.nowMs() > giveUpAtMs) break;
    await enoughTraffic(world);
    await sleep(randomInt(random, PAUSE_MS_MAX));
    lastAtMs = systemClock.nowMs();
    const what = await applied(world, fault, random);
    if (profile.counts === 'faults') lastAtMs = systemClock.nowMs();
    made += 1;
    counts.set(fault.kind, (counts.get(fault.kind) ?? 0) + 1);
    const { acknowledgedCount } = world.ledger;
    log(
      `${String(made).padStart(3)}  ${fault.kind}: ${what}; ${world.killCount} kills, ` +
        `${acknowledgedCount} acknowledged, ${world.searchCount} searches, ` +
        `${world.violationCount} violations`,
    );
  }
  return lastAtMs;
}

async function applied(
  world: ChaosWorld,
  fault: Fault,
  random: Parameters<Fault['apply']>[1],
): Promise<string> {
  try {
    return await fault.apply(world, random);
  } catch (error) {
    if (error instanceof ChaosViolation) throw error;
    throw new ChaosViolation(`${fault.kind}: ${error instanceof Error ? error.message : error}`);
  }
}

async function enoughTraffic(world: ChaosWorld): Promise<void> {
  const { ledger } = world;
  const writes = ledger.acknowledgedCount + ACKNOWLEDGED_PER_FAULT;
  const searches = world.searchCount + SEARCHES_PER_FAULT;
  await world.until(
    `${ACKNOWLEDGED_PER_FAULT} more writes acknowledged`,
    () => ledger.acknowledgedCount >= writes,
  );
  await world.until(
    `${SEARCHES_PER_FAULT} more searches answered`,
    () => world.searchCount >= searches,
  );
}

/** Until every replica is in sync and all have the same digests; how long after the last fault. */
async function converge(
  world: ChaosWorld,
  lastFaultAtMs: number,
  withinMs: number,
): Promise<number> {
  const sinceMs = () => systemClock.nowMs() - lastFaultAtMs;
  const limitMs = withinMs - sinceMs();
  await world.until(
    'every replica is in sync and equal to the others',
    () => isLevel(world),
    limitMs,
  );
  return sinceMs();
}

async function isLevel(world: ChaosWorld): Promise<boolean> {
  if (!(await world.isWhole())) return false;
  const comparisons = await world.client.cluster.compareReplicas(COLLECTION);
  return comparisons.every(
    ({ bucketsDiffering, replicas }) => bucketsDiffering === 0 && replicas.length === world.copies,
  );
}

async function compareAll(world: ChaosWorld): Promise<number> {
  const { client, ledger } = world;
  const stored: StoredDocument[] = [];
  const listing = { pageSize: 500, includeVector: true };
  for await (const document of client.listAll(COLLECTION, listing)) stored.push(document);
  for (const violation of ledger.violations(stored)) world.onViolation(`at rest: ${violation}`);
  const counted = await client.count(COLLECTION);
  if (counted !== ledger.existingCount) {
    world.onViolation(`at rest: counts ${counted}, not ${ledger.existingCount}`);
  }
  return stored.length;
}
