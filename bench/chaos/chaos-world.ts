/**
 * The cluster under chaos: three nodes at first, every partition on each of them, writers and readers
 * at work, and what they found wrong. Also the rule that keeps faults fair: a copy in sync of every
 * partition is always left.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Random, randomInt, seededRandom, shuffle } from '../../src/base/random.js';
import { systemClock } from '../../src/base/system-clock.js';
import { AnnulusClient, type NodeInfo, type Topology } from '../../src/client/index.js';
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

type Partition = Topology['collections'][number]['partitions'][number];

interface Shape {
  nodes: NodeInfo[];
  isBeingSplit: boolean;
  partitions: Partition[];
}

/** Whether every partition has a copy in sync on a node that is up, other than these. */
function canLose({ nodes, partitions }: Shape, nodeIds: readonly string[]): boolean {
  const left = nodes.filter(({ nodeId, state }) => state === 'up' && !nodeIds.includes(nodeId));
  const isLeft = (nodeId: string) => left.some((node) => node.nodeId === nodeId);
  return partitions.every(({ replicas }) =>
    replicas.some(({ nodeId, state }) => state === 'in_sync' && isLeft(nodeId)),
  );
}

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
  /** Of each partition: how many there are to be. */
  copies = NODE_COUNT;
  #nodesMade = NODE_COUNT;
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

  /** Of a node that has never been there. */
  newNodeId(): string {
    this.#nodesMade += 1;
    return `node-${this.#nodesMade}`;
  }

  /** A node that may be hurt. */
  async victim(random: Random, wanted: readonly string[] = this.cluster.nodeIds): Promise<string> {
    const candidates = shuffle(random, [...wanted]);
    let chosen: string | undefined;
    await this.until('a node can be spared', async () => {
      const shape = await this.#shape();
      chosen = candidates.find((nodeId) => canLose(shape, [nodeId]));
      return chosen !== undefined;
    });
    return chosen as string;
  }

  /** Two nodes that may be hurt at once, or one when no two can be spared. */
  async victims(random: Random): Promise<string[]> {
    const first = await this.victim(random);
    const shape = await this.#shape();
    const others = this.cluster.nodeIds.filter((nodeId) => nodeId !== first);
    const second = shuffle(random, others).find((nodeId) => canLose(shape, [first, nodeId]));
    return second === undefined ? [first] : [first, second];
  }

  /** Whether all nodes are up, no split goes on, and every partition has just its copies, in sync. */
  async isWhole(): Promise<boolean> {
    const { nodes, partitions, isBeingSplit } = await this.#shape();
    const isComplete = ({ replicas }: Partition) =>
      replicas.length === this.copies && replicas.every(({ state }) => state === 'in_sync');
    return (
      !isBeingSplit &&
      nodes.length === this.cluster.nodeIds.length &&
      nodes.every(({ state }) => state === 'up') &&
      partitions.every(isComplete)
    );
  }

  async #shape(): Promise<Shape> {
    const [nodes, { collections }] = await Promise.all([
      this.#client.cluster.listNodes(),
      this.#client.cluster.getTopology(),
    ]);
    const partitions = collections.flatMap((collection) => collection.partitions);
    return { nodes, partitions, isBeingSplit: collections.some((one) => one.splittingInto > 0) };
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
