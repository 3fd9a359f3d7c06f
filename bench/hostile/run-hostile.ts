/**
 * Malformed calls and raw bytes against every port of a cluster of real processes, while an honest
 * client searches. Nobody may crash, no honest search may fail, and memory and open connections must
 * be back near where they were.
 */
import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Random, randomInt, seededRandom } from '../../src/base/random.js';
import { systemClock } from '../../src/base/system-clock.js';
import { AnnulusClient } from '../../src/client/index.js';
import { ProcessCluster } from '../cluster/process-cluster.js';
import { rssAnonBytes } from '../report/process-cpu.js';
import { type Attack, attacks, type Ports } from './attacks.js';
import { TARGET_COLLECTION } from './random-message.js';

export interface HostileOptions {
  seed: number;
  callCount: number;
  log(line: string): void;
}

export interface HostileReport {
  verdict: 'PASS' | 'FAIL';
  seed: number;
  counts: Record<string, number>;
  violations: string[];
}

interface Server {
  name: string;
  pid: number;
  hasExited(): boolean;
}

const SHARDS = 2;
const AT_ONCE = 8;
const SAMPLE_EVERY = 500;
/** Of which collection no attacker knows. */
const KEPT = 'kept';
const VECTOR = [1, 0, 0];
/** Between the first sample, taken when a tenth was sent, and any later one. */
const GROWTH_BYTES_MAX = 160 * 1024 * 1024;
const DESCRIPTORS_MORE_MAX = 40;
const SETTLE_LIMIT_MS = 30_000;
const HONEST_PAUSE_MS = 20;
const ATTACK_LIMIT_MS = 20_000;

export async function runHostile({ seed, callCount, log }: HostileOptions): Promise<HostileReport> {
  const cluster = await ProcessCluster.start({ shards: SHARDS });
  const violations: string[] = [];
  const counts: Record<string, number> = Object.fromEntries(attacks.map(({ kind }) => [kind, 0]));
  const honest = new HonestClient(cluster.address, (text) => violations.push(text));
  try {
    await honest.prepare();
    const searching = honest.run();
    const watch = new ServerWatch(serversOf(cluster));
    const random = seededRandom(seed);
    const deck = attacks.flatMap((one) => Array.from({ length: one.weight }, () => one));
    let begun = 0;
    let done = 0;
    const attacker = async (own: Random) => {
      while (begun < callCount && violations.length === 0) {
        begun += 1;
        const attack = deck[randomInt(own, deck.length)] as Attack;
        const isOver = await madeInTime(attack, portsOf(cluster), own);
        if (!isOver) violations.push(`${attack.kind}: not over after ${ATTACK_LIMIT_MS} ms`);
        counts[attack.kind] = (counts[attack.kind] ?? 0) + 1;
        done += 1;
        if (done === Math.floor(callCount / 10)) watch.begin();
        if (done % SAMPLE_EVERY === 0) log(`${done} sent; ${watch.sample()}`);
        violations.push(...watch.ended());
      }
    };
    const randoms = Array.from({ length: AT_ONCE }, () => seededRandom(randomInt(random, 2 ** 31)));
    await Promise.all(randoms.map(attacker));
    violations.push(...(await watch.settled()));
    honest.stop();
    await searching;
    Object.assign(counts, watch.growth(), { 'honest searches': honest.searchCount });
  } finally {
    await honest.close();
    await cluster.stop();
  }
  const verdict = violations.length === 0 ? 'PASS' : 'FAIL';
  return { verdict, seed, counts, violations };
}

async function madeInTime(attack: Attack, ports: Ports, random: Random): Promise<boolean> {
  const timeout = new AbortController();
  const late = sleep(ATTACK_LIMIT_MS, false, { signal: timeout.signal }).catch(() => true);
  const isOver = await Promise.race([attack.make(ports, random).then(() => true), late]);
  timeout.abort();
  return isOver;
}

function portsOf(cluster: ProcessCluster): Ports {
  const status = cluster.coordinator.ready.http_address;
  if (typeof status !== 'string') throw new Error('the coordinator has no status port');
  const nodes = cluster.nodeIds.map((nodeId) => cluster.node(nodeId).address);
  return { coordinator: cluster.address, nodes, status };
}

function serversOf(cluster: ProcessCluster): Server[] {
  const all = [['coordinator', cluster.coordinator] as const].concat(
    cluster.nodeIds.map((nodeId) => [nodeId, cluster.node(nodeId)] as const) as never[],
  );
  return all.map(([name, { pid }], i) => ({
    ...{ name, pid },
    hasExited: () => (all[i] as (typeof all)[number])[1].hasExited,
  }));
}

/** Memory and descriptors of the servers, as they were and as they are. */
class ServerWatch {
  readonly #servers: readonly Server[];
  readonly #descriptors: number[];
  #firstBytes: number[] | undefined;
  #peakBytes: number[] = [];
  #isReported = false;

  constructor(servers: readonly Server[]) {
    this.#servers = servers;
    this.#descriptors = servers.map(descriptorsOf);
  }

  /** Warm by now: what is compared with. */
  begin(): void {
    this.#firstBytes = this.#servers.map(({ pid }) => rssAnonBytes(pid));
    this.#peakBytes = [...this.#firstBytes];
  }

  sample(): string {
    return this.#servers
      .map((server, i) => {
        if (server.hasExited()) return `${server.name} ended`;
        const bytes = rssAnonBytes(server.pid);
        this.#peakBytes[i] = Math.max(this.#peakBytes[i] ?? 0, bytes);
        return `${server.name} ${mib(bytes)} MiB, ${descriptorsOf(server)} descriptors`;
      })
      .join('; ');
  }

  ended(): string[] {
    const names = this.#servers.filter((one) => one.hasExited()).map(({ name }) => name);
    if (names.length === 0 || this.#isReported) return [];
    this.#isReported = true;
    return [`${names.join(', ')} ended`];
  }

  /** What has not come down again, after a while. */
  async settled(): Promise<string[]> {
    const giveUpAtMs = systemClock.nowMs() + SETTLE_LIMIT_MS;
    for (;;) {
      const left = this.#excesses();
      if (left.length === 0 || systemClock.nowMs() > giveUpAtMs) return left;
      await sleep(100);
    }
  }

  growth(): Record<string, number> {
    return Object.fromEntries(
      this.#servers.map(({ name }, i) => {
        const grown = (this.#peakBytes[i] ?? 0) - (this.#firstBytes?.[i] ?? 0);
        return [`${name}: most memory above that at a tenth of the calls, MiB`, mib(grown)];
      }),
    );
  }

  #excesses(): string[] {
    this.sample();
    return this.#servers.flatMap((server, i) => {
      if (server.hasExited()) return [];
      const more = descriptorsOf(server) - (this.#descriptors[i] ?? 0);
      const grown = rssAnonBytes(server.pid) - (this.#firstBytes?.[i] ?? 0);
      const excess = [];
      if (more > DESCRIPTORS_MORE_MAX) excess.push(`${server.name} keeps ${more} more descriptors`);
      if (grown > GROWTH_BYTES_MAX) excess.push(`${server.name} grew by ${mib(grown)} MiB`);
      return excess;
    });
  }
}

function descriptorsOf({ pid, hasExited }: Server): number {
  return hasExited() ? 0 : readdirSync(`/proc/${pid}/fd`).length;
}

function mib(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}

class HonestClient {
  readonly #client: AnnulusClient;
  readonly #onViolation: (text: string) => void;
  #isStopped = false;
  searchCount = 0;

  constructor(address: string, onViolation: (text: string) => void) {
    this.#client = new AnnulusClient({ address, retry: { attemptsMax: 1 } });
    this.#onViolation = onViolation;
  }

  async prepare(): Promise<void> {
    for (const name of [TARGET_COLLECTION, KEPT]) {
      await this.#client.createCollection({ name, dimension: VECTOR.length });
      await this.#client.upsert(name, { id: 'good', vector: VECTOR });
    }
  }

  async run(): Promise<void> {
    while (!this.#isStopped) {
      try {
        const { hits } = await this.#client.search(KEPT, { vector: VECTOR, topK: 2 });
        if (hits.length !== 1) this.#onViolation(`an honest search had ${hits.length} hits`);
        this.searchCount += 1;
      } catch (error) {
        this.#onViolation(`an honest search failed: ${String(error)}`);
      }
      await sleep(HONEST_PAUSE_MS);
    }
  }

  stop(): void {
    this.#isStopped = true;
  }

  async close(): Promise<void> {
    this.#isStopped = true;
    await this.#client.close();
  }
}
