/**
 * The proof that a dead node fails no query: searches run in a stream, one shard node is killed with
 * SIGKILL in the middle, and the stream goes on until the node is back.
 */
import { type AnnulusClient, AnnulusError } from '../../src/client/index.js';
import type { DevCluster } from './dev-cluster.js';

const CONCURRENCY = 8;
const SEARCHES_BEFORE = 200;
const BACK_TIMEOUT_MS = 30_000;

export interface KillOutcome {
  nodeId: string;
  searches: number;
  failed: number;
  /** The first failure, for people. */
  failure: string | undefined;
  /** From the kill until the cluster saw the node up again. */
  backAfterMs: number;
  slowestMs: number;
}

/** SIGKILLs one node under load; `annulus dev` starts it again. */
export async function killANode(
  client: AnnulusClient,
  collection: string,
  cluster: DevCluster,
  queries: readonly Float32Array[],
): Promise<KillOutcome> {
  const victim = cluster.nodes[1];
  if (victim === undefined) throw new Error('there is no node to kill');
  const load = new SearchLoad(client, collection, queries);
  const running = load.run();
  await load.whenSearched(SEARCHES_BEFORE);
  process.kill(victim.pid, 'SIGKILL');
  const killedAtMs = performance.now();
  await whenBack(client, victim.node_id);
  const backAfterMs = performance.now() - killedAtMs;
  await load.whenSearched(load.searches + SEARCHES_BEFORE);
  load.stop();
  await running;
  const { searches, failed, failure, slowestMs } = load;
  return { nodeId: victim.node_id, searches, failed, failure, backAfterMs, slowestMs };
}

class SearchLoad {
  readonly #client: AnnulusClient;
  readonly #collection: string;
  readonly #queries: readonly Float32Array[];
  #isStopped = false;
  #waiters: { count: number; resolve: () => void }[] = [];
  searches = 0;
  failed = 0;
  failure: string | undefined;
  slowestMs = 0;

  constructor(client: AnnulusClient, collection: string, queries: readonly Float32Array[]) {
    this.#client = client;
    this.#collection = collection;
    this.#queries = queries;
  }

  async run(): Promise<void> {
    await Promise.all(Array.from({ length: CONCURRENCY }, (_, i) => this.#worker(i)));
  }

  whenSearched(count: number): Promise<void> {
    return new Promise((resolve) => this.#waiters.push({ count, resolve }));
  }

  stop(): void {
    this.#isStopped = true;
  }

  async #worker(first: number): Promise<void> {
    for (let i = first; !this.#isStopped; i += CONCURRENCY) {
      const startMs = performance.now();
      try {
        const vector = this.#queries[i % this.#queries.length] as Float32Array;
        await this.#client.search(this.#collection, { vector, topK: 10 });
      } catch (error) {
        this.failed += 1;
        this.failure ??= error instanceof AnnulusError ? error.message : String(error);
      }
      this.slowestMs = Math.max(this.slowestMs, performance.now() - startMs);
      this.searches += 1;
      this.#waiters = this.#waiters.filter(({ count, resolve }) => {
        if (this.searches < count) return true;
        resolve();
        return false;
      });
    }
  }
}

/** Waits until the cluster has seen the node away and then up again. */
async function whenBack(client: AnnulusClient, nodeId: string): Promise<void> {
  const giveUpAtMs = performance.now() + BACK_TIMEOUT_MS;
  let wasAway = false;
  while (performance.now() < giveUpAtMs) {
    const nodes = await client.cluster.listNodes();
    const isUp = nodes.some((node) => node.nodeId === nodeId && node.state === 'up');
    if (!isUp) wasAway = true;
    else if (wasAway) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${nodeId} is not back after ${BACK_TIMEOUT_MS} ms`);
}
