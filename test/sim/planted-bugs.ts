/**
 * Bugs to be found: each breaks one promise, by a wrapper around a sound part. If a run with one of
 * them passes, it is the checkers that are broken.
 */
import { MemoryPartitionStore } from '../../shards/store/memory-partition-store.js';
import { SimulatedDisk } from '../../shards/store/simulated-disk.js';
import type { WritePlan } from '../../shards/store/write-plan.js';
import type { Clock } from '../../src/base/clock.js';
import { RequestContext } from '../../src/coordinator/request-context.js';
import type { SearchAnswer } from '../../src/coordinator/search/search-service.js';
import type { ShardLink } from '../../src/coordinator/transport/shard-link.js';
import { type StoreParts, soundStoreParts } from './sim-replica-home.js';

export const plantedBugNames = [
  'ties_in_wrong_order',
  'hit_merged_twice',
  'nearest_hit_dropped',
  'coverage_lies',
  'late_reply_counted_twice',
  'deadline_ignored',
  'ack_before_durable',
  'older_write_wins',
  'last_arrival_wins',
  'tombstone_dropped',
  'cancelled_call_leaks',
  'failed_write_acknowledged',
] as const;
export type PlantedBug = (typeof plantedBugNames)[number];

/** Where a run lets bugs in. */
export interface BugHooks {
  storeParts: StoreParts;
  link(link: ShardLink): ShardLink;
  context(context: RequestContext): RequestContext;
  answer(answer: SearchAnswer): SearchAnswer;
}

const sound: BugHooks = {
  storeParts: soundStoreParts,
  link: (link) => link,
  context: (context) => context,
  answer: (answer) => answer,
};

export function hooksFor(bug: PlantedBug | undefined): BugHooks {
  switch (bug) {
    case undefined:
      return sound;
    case 'ties_in_wrong_order':
      return { ...sound, answer: withTiesReversed };
    case 'hit_merged_twice':
      return { ...sound, answer: withFirstHitTwice };
    case 'nearest_hit_dropped':
      return { ...sound, answer: (answer) => ({ ...answer, hits: answer.hits.slice(1) }) };
    case 'coverage_lies':
      return { ...sound, answer: withFullCoverage };
    case 'late_reply_counted_twice':
      return { ...sound, answer: withReroutedCountedTwice };
    case 'deadline_ignored':
      return { ...sound, context: withoutDeadline };
    case 'ack_before_durable':
      return { ...sound, storeParts: { ...soundStoreParts, makeDisk: lyingDisk } };
    case 'older_write_wins':
      return { ...sound, storeParts: storesOf(OlderWinsStore) };
    case 'last_arrival_wins':
      return { ...sound, storeParts: storesOf(LastArrivalWinsStore) };
    case 'tombstone_dropped':
      return { ...sound, storeParts: storesOf(TombstonelessStore) };
    case 'cancelled_call_leaks':
      return { ...sound, link: withoutCancel };
    case 'failed_write_acknowledged':
      return { ...sound, link: withFailedWritesAcknowledged };
  }
}

function withTiesReversed(answer: SearchAnswer): SearchAnswer {
  const hits = [...answer.hits].sort(
    (a, b) => a.distance - b.distance || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0),
  );
  return { ...answer, hits };
}

function withFirstHitTwice(answer: SearchAnswer): SearchAnswer {
  return { ...answer, hits: [...answer.hits.slice(0, 1), ...answer.hits] };
}

function withFullCoverage(answer: SearchAnswer): SearchAnswer {
  const { partitionsTotal } = answer.coverage;
  const coverage = { ...answer.coverage, partitionsSearched: partitionsTotal, missing: [] };
  return { ...answer, coverage };
}

function withReroutedCountedTwice(answer: SearchAnswer): SearchAnswer {
  const extra = answer.explain.attempts.filter((attempt) => attempt.cause !== 'first').length;
  const partitionsSearched = answer.coverage.partitionsSearched + extra;
  return { ...answer, coverage: { ...answer.coverage, partitionsSearched } };
}

function withoutDeadline(context: RequestContext): RequestContext {
  const endless = new RequestContext(context.receivedAtMs, context.deadlineAtMs + 60_000);
  context.onCancelled(() => endless.cancel());
  return endless;
}

function withoutCancel(link: ShardLink): ShardLink {
  return {
    get nodeId() {
      return link.nodeId;
    },
    get isConnected() {
      return link.isConnected;
    },
    get outstanding() {
      return link.outstanding;
    },
    send: (request, timeoutMs, done) => {
      link.send(request, timeoutMs, done);
      return { cancel() {} };
    },
    assign: (epoch, replicas) => link.assign(epoch, replicas),
    close: () => link.close(),
  };
}

function withFailedWritesAcknowledged(link: ShardLink): ShardLink {
  return {
    get nodeId() {
      return link.nodeId;
    },
    get isConnected() {
      return link.isConnected;
    },
    get outstanding() {
      return link.outstanding;
    },
    send: (request, timeoutMs, done) =>
      link.send(request, timeoutMs, (outcome) => {
        if (outcome.status === 'ok' || request.kind !== 'write') {
          done(outcome);
          return;
        }
        const targets = request.targets.map(({ partition, version, ops }) => {
          const count = new DataView(ops.buffer, ops.byteOffset).getUint32(0, true);
          const result = { isApplied: true, existed: false, version };
          const results = new Array(count).fill(result);
          return { partition, status: 'ok' as const, detail: '', results };
        });
        const load = { queueDepth: 0, queueMs: 0, serviceMs: 0, highestVersion: 0n };
        done({ status: 'ok', reply: { kind: 'write', targets }, load });
      }),
    assign: (epoch, replicas) => link.assign(epoch, replicas),
    close: () => link.close(),
  };
}

type StoreClass = new (disk: SimulatedDisk, dimension: number) => MemoryPartitionStore;

function storesOf(Store: StoreClass): StoreParts {
  return { ...soundStoreParts, makeStore: (disk, dimension) => new Store(disk, dimension) };
}

/** What a store with a wrong idea of what it holds decides wrongly; reads are as they were. */
abstract class MisledStore extends MemoryPartitionStore {
  #isPlanning = false;
  #version = 0n;

  protected abstract misled(
    record: ReturnType<MemoryPartitionStore['record']>,
    version: bigint,
  ): ReturnType<MemoryPartitionStore['record']>;

  override record(id: string): ReturnType<MemoryPartitionStore['record']> {
    const record = super.record(id);
    return this.#isPlanning ? this.misled(record, this.#version) : record;
  }

  override plan(requests: Parameters<MemoryPartitionStore['plan']>[0]): WritePlan {
    const [first] = requests;
    this.#version = first?.kind === 'write' ? first.version : 0n;
    this.#isPlanning = true;
    try {
      return super.plan(requests);
    } finally {
      this.#isPlanning = false;
    }
  }
}

class OlderWinsStore extends MisledStore {
  protected override misled(record: ReturnType<MemoryPartitionStore['record']>, version: bigint) {
    if (record === undefined || record.version === version) return record;
    return { ...record, version: record.version < version ? version + 1n : 0n };
  }
}

class LastArrivalWinsStore extends MisledStore {
  protected override misled(record: ReturnType<MemoryPartitionStore['record']>) {
    return record === undefined ? undefined : { ...record, version: 0n };
  }
}

class TombstonelessStore extends MisledStore {
  protected override misled(record: ReturnType<MemoryPartitionStore['record']>) {
    return record?.kind === 'tombstone' ? undefined : record;
  }
}

/** A disk whose cache is not flushed: what it lately called durable is gone after a crash. */
class LyingDisk extends SimulatedDisk {
  readonly #lately: { plan: WritePlan; inverse: WritePlan }[] = [];

  override sync(mount: number, plan: WritePlan): Promise<void> {
    const inverse = this.#inverse(plan);
    return super.sync(mount, plan).then(() => {
      this.#lately.push({ plan, inverse });
      if (this.#lately.length > 3) this.#lately.shift();
    });
  }

  override crash(keepsUnsynced = false): void {
    super.crash(keepsUnsynced);
    for (const { inverse } of this.#lately.splice(0).reverse()) {
      void super.sync(this.mount(), inverse);
      super.crash(true);
    }
  }

  override seqs(): IterableIterator<number> {
    return [...super.seqs()].sort((a, b) => a - b).values();
  }

  #inverse(plan: WritePlan): WritePlan {
    const lost = plan.supersededSeqs.flatMap((seq) => this.row(seq) ?? []);
    const records = [...plan.records].map(
      ([id, { before, after }]) => [id, { before: after, after: before }] as const,
    );
    return {
      state: this.state,
      rows: new Map(lost.map((row) => [row.seq, row])),
      records: new Map(records),
      supersededSeqs: [...plan.rows.keys()],
      outcomes: [],
    };
  }
}

function lyingDisk(clock: Clock, syncMs: number): SimulatedDisk {
  return new LyingDisk(clock, { syncMs });
}
