/**
 * The cluster under chaos: three nodes, every partition on each of them, writers and readers at work,
 * and what they found wrong. Also the rule that keeps faults fair: one whole node is always left.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Random, randomInt, seededRandom, shuffle } from '../../src/base/random.js';
import { systemClock } from '../../src/base/system-clock.js';
import { AnnulusClient } from '../../src/client/index.js';
import type { ProcessCluster } from '../cluster/process-cluster.js';
import { CoordinatorLife } from '../workload/coordinator-life.js';
import { DIMENSION } from '../workload/document-of.js';
import { Ledger } from '../workload/ledger.js';
import { Reader } from '../workload/reader.js';
import { Writer } from '../workload/writer.js';

export const COLLECTION = 'chaos';
export const NODE_COUNT = 3;
const PARTITIONS = 4;
const WRITERS = 3;
const READERS = 4;
const VIOLATIONS_KEPT = 100;
const WAIT_LIMIT_MS = 60_000;
const POLL_MS = 25;
const writerOptions = { batchDocumentsMax: 12, documentsMax: 700, pauseMs: 15 };

/** What was never to happen. */
export class ChaosViolation extends Error {}

export class ChaosWorld {
  readonly cluster: ProcessCluster;
  readonly ledger = new Ledger();
  readonly life = new CoordinatorLife();
  readonly writers: Writer[];
  readonly readers: Reader[];
  readonly violations: string[] = [];
  violationCount = 0;
  /** SIGKILLs so far, of any process. */
  killCount = 0;
  /** Tries again, as the SDK does by default. */
  readonly #client: AnnulusClient;
  readonly #readClient: AnnulusClient;
  readonly #stopReading = new AbortController();
  readonly #stopWriting = new AbortController();
  readonly #running: Promise<void>[] = [];

  constructor(cluster: ProcessCluster, seed: number) {
    this.cluster = cluster;
    this.#client = new AnnulusClient({ address: cluster.address });
    this.#readClient = new AnnulusClient({
      address: cluster.address,
      retry: { attemptsMax: 1 },
      idleStreamMs: 60_000,
    });
    const random = seededRandom(seed);
    const ownRandom = () => seededRandom(randomInt(random, 2 ** 31));
    const writerOf = (i: number) =>
      new Writer(this.#client, COLLECTION, `w${i}`, this.ledger, ownRandom(), writerOptions);
    this.writers = Array.from({ length: WRITERS }, (_, i) => writerOf(i));
    const readerWorld = {
      client: this.#readClient,
      collection: COLLECTION,
      ledger: this.ledger,
      life: this.life,
      anyId: (one: Random) => this.writers[randomInt(one, WRITERS)]?.anyId(one),
      onViolation: (text: string) => this.onViolation(text),
    };
    this.readers = Array.from({ length: READERS }, () => new Reader(readerWorld, ownRandom()));
  }

  get client(): AnnulusClient {
    return this.#client;
  }

  /** Makes the collection, and sets writers and readers to work. */
  async begin(): Promise<void> {
    await this.until('all nodes are up', async () => {
      const nodes = await this.#client.cluster.listNodes();
      return nodes.length === NODE_COUNT && nodes.every(({ state }) => state === 'up');
    });
    await this.#client.createCollection({
      name: COLLECTION,
      dimension: DIMENSION,
      partitions: PARTITIONS,
      replicationFactor: NODE_COUNT,
    });
    const fail = (error: unknown) => this.onViolation(`a worker ended: ${String(error)}`);
    for (const writer of this.writers) {
      this.#running.push(writer.run(this.#stopWriting.signal).catch(fail));
    }
    for (const reader of this.readers) {
      this.#running.push(reader.run(this.#stopReading.signal).catch(fail));
    }
  }

  onViolation(text: string): void {
    this.violationCount += 1;
    if (this.violations.length >= VIOLATIONS_KEPT) return;
    this.violations.push(`${new Date(systemClock.wallMs()).toISOString()} ${text}`);
  }

  get searchCount(): number {
    return this.readers.reduce((sum, { searchCount }) => sum + searchCount, 0);
  }

  /** Once it holds; a violation when it does not in time: what must go on has stopped. */
  async until(
    what: string,
    condition: () => boolean | Promise<boolean>,
    limitMs = WAIT_LIMIT_MS,
  ): Promise<void> {
    const giveUpAtMs = systemClock.nowMs() + limitMs;
    while (!(await condition())) {
      if (systemClock.nowMs() > giveUpAtMs) {
        throw new ChaosViolation(`not within ${limitMs / 1000} s: ${what}`);
      }
      await sleep(POLL_MS);
    }
  }

  /** A node that may be hurt: another one is whole, and will be left alone. */
  async victim(random: Random, wanted: readonly string[] = this.cluster.nodeIds): Promise<string> {
    const candidates = shuffle(random, [...wanted]);
    let chosen: string | undefined;
    await this.until('a node other than the victim is whole', async () => {
      const whole = await this.wholeNodes();
      chosen = candidates.find((nodeId) => whole.some((other) => other !== nodeId));
      return chosen !== undefined;
    });
    return chosen as string;
  }

  /** Nodes that are up, with every replica in sync. */
  async wholeNodes(): Promise<string[]> {
    const [nodes, topology] = await Promise.all([
      this.#client.cluster.listNodes(),
      this.#client.cluster.getTopology(),
    ]);
    const lagging = new Set<string>();
    for (const { partitions } of topology.collections) {
      for (const { replicas } of partitions) {
        for (const { nodeId, state } of replicas) if (state !== 'in_sync') lagging.add(nodeId);
      }
    }
    return nodes
      .filter(({ nodeId, state }) => state === 'up' && !lagging.has(nodeId))
      .map(({ nodeId }) => nodeId);
  }

  async killNode(nodeId: string): Promise<void> {
    this.killCount += 1;
    await this.cluster.node(nodeId).kill();
  }

  async stopWriting(): Promise<void> {
    this.#stopWriting.abort();
    await Promise.all(this.#running.slice(0, WRITERS));
  }

  async end(): Promise<void> {
    this.#stopWriting.abort();
    this.#stopReading.abort();
    await Promise.all(this.#running);
    await this.#readClient.close();
    await this.#client.close();
  }
}
