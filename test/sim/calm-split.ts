/**
 * A split while nothing goes wrong: whatever callers ask for meanwhile succeeds, and finds every
 * document once. Requests come close together whenever the topology has just changed, so that some of
 * them meet each step of the split, and its end, half-way.
 */
import type { RequestEnd } from './request-frame.js';
import type { Requests } from './requests.js';
import type { SimCluster } from './sim-cluster.js';

const LIMIT_MS = 60_000;
const PARTITIONS_MAX = 32;
const PAUSE_MS = 100;
/** After a change of the topology: so many requests, so far apart. */
const DENSE_COUNT = 30;
const DENSE_MS = 2;
/** No more at a time, so that none is turned away. */
const READS_MAX = 6;
const patient = { deadlineMs: 20_000, cancelAfterMs: undefined };

export async function splitCalmly(cluster: SimCluster, requests: Requests): Promise<void> {
  const { coordinator, plan, violations, world } = cluster;
  if (!plan.shape?.hasSplits || coordinator === undefined) return;
  const collection = cluster.collection(coordinator);
  const partitionCount = collection.partitions.length * 2;
  if (partitionCount > PARTITIONS_MAX) return;
  await cluster.settled(coordinator.splits.split(collection, partitionCount));
  const callers = new Callers(cluster, requests);
  const endAtMs = world.nowMs() + LIMIT_MS;
  let epoch = -1;
  while (violations.found.length === 0 && world.nowMs() < endAtMs) {
    const { storedTopology } = cluster;
    const isNews = storedTopology?.epoch !== epoch;
    epoch = storedTopology?.epoch ?? -1;
    for (let i = 0; i < (isNews ? DENSE_COUNT : 1); i += 1) {
      callers.next();
      await world.runForAsync(isNews ? DENSE_MS : PAUSE_MS);
    }
    // A move may have to end first, and the next may begin: only the split is waited for.
    if (storedTopology?.fillingIds.size === 0) break;
  }
  await cluster.passes(() => callers.areDone, patient.deadlineMs, PAUSE_MS);
}

class Callers {
  readonly #cluster: SimCluster;
  readonly #requests: Requests;
  #count = 0;
  #readCount = 0;
  #isWriting = false;

  constructor(cluster: SimCluster, requests: Requests) {
    this.#cluster = cluster;
    this.#requests = requests;
  }

  get areDone(): boolean {
    return this.#readCount === 0 && !this.#isWriting;
  }

  /** The next read in turn, and a write when the last one has ended. */
  next(): void {
    const turn = this.#count;
    this.#count += 1;
    if (!this.#isWriting) void this.#write(turn);
    if (this.#readCount < READS_MAX) void this.#read(turn);
  }

  async #write(turn: number): Promise<void> {
    const { writes } = this.#requests;
    const kind = turn % 4 === 3 ? 'delete' : 'upsert';
    this.#isWriting = true;
    await this.#mustSucceed(kind, writes.write([`split-${turn % 7}`], kind, patient));
    this.#isWriting = false;
  }

  async #read(turn: number): Promise<void> {
    const { reads } = this.#requests;
    const ids = this.#cluster.history.ids();
    const topK = Math.max(1, ids.length);
    this.#readCount += 1;
    const kinds: [string, () => Promise<RequestEnd>][] = [
      ['exact search', () => reads.search(true, patient, topK)],
      ['count', () => reads.count(patient)],
      ['list', () => reads.list('', patient)],
      ['get', () => reads.get(ids, patient)],
    ];
    const [kind, send] = kinds[turn % kinds.length] as (typeof kinds)[number];
    await this.#mustSucceed(kind, send());
    this.#readCount -= 1;
  }

  async #mustSucceed(kind: string, ending: Promise<RequestEnd>): Promise<void> {
    const end = await ending;
    if (end === 'ok') return;
    this.#cluster.violations.add('requests succeed while a split is made', `${kind}: ${end}`);
  }
}
