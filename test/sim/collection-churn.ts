/**
 * Collections that come and go while everything else goes on, and wrong. Each is made, gets one
 * document, and perhaps is dropped. One that could not be made may be there or not; one that was made
 * is there, with its document, until it is dropped; and once all is quiet no node holds anything that
 * the topology does not give it.
 */
import { replicaName } from '../../shards/replica-set.js';
import { AnnulusError } from '../../src/base/errors.js';
import type { Random } from '../../src/base/random.js';
import type { Coordinator } from '../../src/coordinator/coordinator.js';
import { assignmentsOf } from '../../src/coordinator/nodes/assignments.js';
import { RequestContext } from '../../src/coordinator/request-context.js';
import type { CollectionEntry } from '../../src/coordinator/topology/topology.js';
import type { WriteOp } from '../../src/wire/link-messages.js';
import { packVector } from '../../src/wire/vector-codec.js';
import { chance, intBetween, oneOf, seedStream } from './seed-streams.js';
import type { SimCluster } from './sim-cluster.js';

const DEADLINE_MS = 2_000;
const DOCUMENT = 'only';
const EMPTY = new Uint8Array(0);

const allowedFailures = new Set([
  'UNAVAILABLE',
  'DEADLINE_EXCEEDED',
  'ABORTED',
  'FAILED_PRECONDITION',
  'RESOURCE_EXHAUSTED',
  // More replicas than there are nodes up.
  'INVALID_ARGUMENT',
]);

export class CollectionChurn {
  readonly #cluster: SimCluster;
  readonly #random: Random;
  /** Collections that were made, and not asked to be dropped. */
  readonly #kept = new Set<string>();
  /** Of those, the ones whose document was acknowledged. */
  readonly #filled = new Set<string>();
  #count = 0;

  constructor(cluster: SimCluster) {
    this.#cluster = cluster;
    this.#random = seedStream(cluster.plan.seed, 'churn');
  }

  /** One more collection; resolves when its turn is over, never if its coordinator dies. */
  async next(): Promise<void> {
    const { log, serving } = this.#cluster;
    const home = serving.length > 1 ? oneOf(this.#random, serving) : serving[0];
    const coordinator = home?.coordinator;
    if (coordinator === undefined) return;
    const name = `churn-${this.#count}`;
    const isFull = this.#kept.size >= this.#cluster.plan.workload.churnMax;
    const isDropped = chance(this.#random, 0.5) || isFull;
    this.#count += 1;
    try {
      const collection = await this.#make(coordinator, name);
      this.#kept.add(name);
      log.add(`${name} was made`);
      await this.#fill(coordinator, collection);
      if (!isDropped) return;
      this.#kept.delete(name);
      this.#filled.delete(name);
      await coordinator.collections.drop(collection);
      log.add(`${name} was dropped`);
      this.#checkGone(coordinator, name);
    } catch (error) {
      const code = error instanceof AnnulusError ? error.code : String(error);
      log.add(`${name}: ${code}`);
      if (allowedFailures.has(code)) return;
      this.#cluster.violations.add('requests fail only as documented', `${name}: ${code}`);
    }
  }

  /** All is healed: what was made is there, whole. */
  async checkKept(): Promise<void> {
    const { coordinator, violations } = this.#cluster;
    if (coordinator === undefined) return;
    for (const name of this.#kept) {
      try {
        const collection = coordinator.topology.collection(name);
        const reading = coordinator.reads.get(collection, [DOCUMENT], true, this.#context());
        const found = await this.#cluster.settled(reading);
        if (this.#filled.has(name) && !found.has(DOCUMENT)) {
          violations.add('a collection keeps its documents', `${name} lost its document`);
        }
      } catch (error) {
        violations.add('a collection that was made is there', `${name}: ${String(error)}`);
      }
    }
  }

  /** All is quiet: nodes hold what they were given, and nothing else. */
  checkNothingLeft(): void {
    const { storedTopology, members, violations } = this.#cluster;
    if (storedTopology === undefined) return;
    for (const { nodeId, disks } of members) {
      const given = assignmentsOf(storedTopology, nodeId);
      const names = given.map(({ collection, partition }) => replicaName(collection, partition));
      const expected = names.sort().join(', ');
      const held = disks.names().sort().join(', ');
      if (held === expected) continue;
      const detail = `${nodeId} holds ${held}, was given ${expected}`;
      violations.add('nodes hold what they were given', detail);
    }
  }

  #make(coordinator: Coordinator, name: string): Promise<CollectionEntry> {
    const random = this.#random;
    return coordinator.collections.create({
      name,
      dimension: 2,
      metric: 'l2',
      partitionCount: oneOf(random, [1, 2, 4]),
      replicationFactor: intBetween(random, 1, this.#cluster.members.length),
      m: 16,
      efConstruction: 100,
    });
  }

  async #fill(coordinator: Coordinator, collection: CollectionEntry): Promise<void> {
    const vector = packVector(Float32Array.of(1, 2));
    const op: WriteOp = { kind: 'upsert', id: DOCUMENT, vector, text: EMPTY, metadata: EMPTY };
    const context = this.#context();
    const summary = await coordinator.writes.write(collection, [op], 'in_sync', context);
    if (summary.acknowledged.has(DOCUMENT)) this.#filled.add(collection.name);
  }

  #checkGone(coordinator: Coordinator, name: string): void {
    try {
      coordinator.topology.collection(name);
    } catch (error) {
      if (error instanceof AnnulusError && error.code === 'NOT_FOUND') return;
      throw error;
    }
    this.#cluster.violations.add('a dropped collection is gone', name);
  }

  #context(): RequestContext {
    const nowMs = this.#cluster.world.nowMs();
    return new RequestContext(nowMs, nowMs + DEADLINE_MS);
  }
}
