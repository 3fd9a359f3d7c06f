/** Upserts and deletes, and what their answers must say. */
import type { Random } from '../../src/base/random.js';
import type { Coordinator } from '../../src/coordinator/coordinator.js';
import type { CollectionEntry } from '../../src/coordinator/topology/topology.js';
import type { WriteSummary } from '../../src/coordinator/write/write-service.js';
import type { WriteOp } from '../../src/wire/link-messages.js';
import { packVector } from '../../src/wire/vector-codec.js';
import { checkInSyncCount } from './checkers/acknowledgements.js';
import { checkDurable } from './checkers/durability.js';
import { drawVector } from './draw-vector.js';
import type { WriteRecord } from './history.js';
import type { RequestEnd, RequestFrame, RequestOptions } from './request-frame.js';
import type { SimCluster } from './sim-cluster.js';

const EMPTY = new Uint8Array(0);

export class WriteRequests {
  readonly #cluster: SimCluster;
  readonly #frame: RequestFrame;
  readonly #random: Random;

  constructor(cluster: SimCluster, frame: RequestFrame, random: Random) {
    this.#cluster = cluster;
    this.#frame = frame;
    this.#random = random;
  }

  /** Of an id that comes twice the later operation counts. */
  write(ids: string[], kind: WriteOp['kind'], options: RequestOptions): Promise<RequestEnd> {
    const { history } = this.#cluster;
    const { ops, records } = this.#draw(ids, kind);
    return this.#frame.run(
      kind,
      options,
      records,
      async (coordinator, collection, context, _, home) => {
        let writing: Promise<WriteSummary> | undefined;
        history.begin(records, () => {
          writing = coordinator.writes.write(collection, ops, 'in_sync', context);
        });
        this.#checkClock(home.index, records);
        const summary = (await writing) as WriteSummary;
        this.#settle(coordinator, collection, records, summary);
        this.#checkVersion(records, summary);
        const [failure] = summary.failures;
        if (failure !== undefined) throw failure.error;
      },
    );
  }

  #draw(ids: string[], kind: WriteOp['kind']): { ops: WriteOp[]; records: WriteRecord[] } {
    const ops: WriteOp[] = [];
    const records = new Map<string, WriteRecord>();
    for (const id of ids) {
      const token = `${id} as of request ${this.#frame.count}.${ops.length}`;
      const vector = drawVector(this.#random, this.#cluster.plan.cluster.dimension);
      const text = Buffer.from(token);
      if (kind === 'delete') ops.push({ kind, id });
      else ops.push({ kind, id, vector: packVector(vector), text, metadata: EMPTY });
      const beganTick = this.#cluster.history.nextTick();
      const state = 'pending';
      records.set(id, { kind, id, token, vector, beganTick, state, endedTick: 0, versions: [] });
    }
    return { ops, records: [...records.values()] };
  }

  /** Whatever the clock of a coordinator shows, and however often it dies: versions never go back. */
  #checkClock(coordinator: number, [first]: readonly WriteRecord[]): void {
    const { history, violations } = this.#cluster;
    const version = first?.versions[0];
    if (version === undefined) return;
    const before = history.highestFirst.get(coordinator) ?? 0n;
    if (version <= before) {
      const detail = `${first?.token}: ${version} after ${before}`;
      violations.add('versions never go back', detail);
    }
    history.highestFirst.set(coordinator, version);
  }

  #settle(
    coordinator: Coordinator,
    { id }: CollectionEntry,
    records: readonly WriteRecord[],
    summary: WriteSummary,
  ): void {
    const { history, violations } = this.#cluster;
    const collection = coordinator.topology.current.collections.get(id);
    // Of a write that was stamped again some may have been acknowledged long before the rest failed.
    if (summary.acknowledged.size > 0 && summary.failures.length === 0) {
      const ids = records.map((write) => write.id);
      checkInSyncCount(this.#cluster, collection, ids);
    }
    const failed = new Set(summary.failures.map(({ id }) => id));
    for (const write of records) {
      const isAcknowledged = summary.acknowledged.has(write.id);
      if (isAcknowledged === failed.has(write.id)) {
        violations.add('every document of a write is accounted for', write.id);
      }
      if (!isAcknowledged) continue;
      this.#checkWins(write);
      history.acknowledge(write);
    }
    checkDurable(this.#cluster, summary.acknowledged);
  }

  /** A write that began after another was acknowledged wins, whatever the clocks say. */
  #checkWins(write: WriteRecord): void {
    const { history, violations } = this.#cluster;
    const { floor } = history.possible(write.id, write.beganTick, write.beganTick);
    const version = write.versions.at(-1) ?? 0n;
    if (version > floor) return;
    violations.add('a later write wins', `${write.token}: ${version}, ${floor} came before`);
  }

  /** The version in the answer is the highest that an acknowledged document was given. */
  #checkVersion(writes: readonly WriteRecord[], { version }: WriteSummary): void {
    let highest = 0n;
    for (const write of writes) {
      if (write.kind === 'delete') return;
      const given = write.state === 'acknowledged' ? (write.versions.at(-1) ?? 0n) : 0n;
      if (given > highest) highest = given;
    }
    if (version === highest) return;
    const detail = `${writes[0]?.token}: ${version}, not ${highest}`;
    this.#cluster.violations.add('a write answers with its version', detail);
  }
}
