/** The callers: which request comes next, and about what, is drawn from the seed. */
import type { Random } from '../../src/base/random.js';
import type { RequestKind } from './fault-plan.js';
import { ReadRequests } from './read-requests.js';
import { type RequestEnd, RequestFrame, type RequestOptions } from './request-frame.js';
import { between, chance, intBetween, seedStream, weighted } from './seed-streams.js';
import type { SimCluster } from './sim-cluster.js';
import { WriteRequests } from './write-requests.js';

export class Requests {
  readonly frame: RequestFrame;
  readonly reads: ReadRequests;
  readonly writes: WriteRequests;
  readonly #cluster: SimCluster;
  readonly #random: Random;

  constructor(cluster: SimCluster) {
    this.#cluster = cluster;
    this.#random = seedStream(cluster.plan.seed, 'requests');
    this.frame = new RequestFrame(cluster);
    this.reads = new ReadRequests(cluster, this.frame, this.#random);
    this.writes = new WriteRequests(cluster, this.frame, this.#random);
  }

  /** One request as the plan has them. */
  async next(): Promise<void> {
    const random = this.#random;
    const { workload } = this.#cluster.plan;
    const kind = weighted(random, workload.weights);
    const deadlineMs = between(random, workload.deadlineMsMin, workload.deadlineMsMax);
    const isCancelled = chance(random, workload.cancelRatio);
    const cancelAfterMs = isCancelled ? between(random, 0, 20) : undefined;
    await this.send(kind, { deadlineMs, cancelAfterMs });
  }

  send(kind: RequestKind, options: RequestOptions): Promise<RequestEnd> {
    const { batchMax } = this.#cluster.plan.workload;
    switch (kind) {
      case 'upsert':
        return this.writes.write(this.#drawIds(batchMax), kind, options);
      case 'delete':
        return this.writes.write(this.#drawIds(3), kind, options);
      case 'search':
        return this.reads.search(false, options);
      case 'exact_search':
        return this.reads.search(true, options);
      case 'get':
        return this.reads.get(this.#drawIds(5), options);
      case 'count':
        return this.reads.count(options);
      case 'list': {
        const [id] = this.#drawIds(1);
        const afterId = chance(this.#random, 0.5) || id === undefined ? '' : id;
        return this.reads.list(afterId, options);
      }
    }
  }

  /** May name one id several times. */
  #drawIds(countMax: number): string[] {
    const { idCount } = this.#cluster.plan.workload;
    const count = intBetween(this.#random, 1, Math.min(countMax, idCount));
    return Array.from({ length: count }, () => `id-${intBetween(this.#random, 0, idCount - 1)}`);
  }
}
