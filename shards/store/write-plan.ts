/**
 * Decides what a group of writes does to a store, before anything is written: last writer wins, per
 * document, by version. Calls of a group see the effects of the calls before them; rows that are
 * added and superseded within one group are never stored. Pure: what is there is asked through
 * {@link PlanView}, and the plan is data.
 */
import { NO_VERSION, type Version } from '../../src/base/version.js';
import type { WriteOp, WriteResult } from '../../src/wire/link-messages.js';
import { unpackVector } from '../../src/wire/vector-codec.js';
import type { IdRecord, RecordChange } from './id-record.js';
import type { AbsorbedEntry, Row, RowChange, WriteOutcome } from './partition-store.js';
import type { StoreState } from './store-state.js';

export interface WriteRequest {
  kind: 'write';
  version: Version;
  ops: readonly WriteOp[];
}

/** Entries of another replica, each with its own version. */
export interface AbsorbRequest {
  kind: 'absorb';
  entries: readonly AbsorbedEntry[];
}

/** Forget at most `limit` tombstones older than the version. */
export interface PurgeRequest {
  kind: 'purge';
  before: Version;
  limit: number;
}

export type StoreRequest = WriteRequest | AbsorbRequest | PurgeRequest;

/** The durable state that a plan starts from. */
export interface PlanView {
  readonly state: StoreState;
  record(id: string): IdRecord | undefined;
  /** Ids of tombstones with a version below `before`, oldest first, at most `limit`. */
  tombstonesBefore(before: Version, limit: number): string[];
}

export interface WritePlan {
  /** The counters once the plan is durable. */
  state: StoreState;
  /** Rows to store, by sequence number, in its order. */
  rows: Map<number, Row>;
  records: Map<string, RecordChange>;
  /** Stored rows that are superseded by this plan. */
  supersededSeqs: number[];
  /** One per request, in their order. */
  outcomes: (WriteOutcome | number)[];
}

/** True when there is nothing to store. */
export function isEmptyPlan(plan: WritePlan): boolean {
  return plan.records.size === 0;
}

export function planWrites(view: PlanView, requests: readonly StoreRequest[]): WritePlan {
  const planner = new Planner(view);
  const outcomes = requests.map((request) => planner.serve(request));
  return {
    state: planner.state,
    rows: planner.rows,
    records: planner.records,
    supersededSeqs: planner.supersededSeqs,
    outcomes,
  };
}

class Planner {
  readonly #view: PlanView;
  readonly rows = new Map<number, Row>();
  readonly records = new Map<string, RecordChange>();
  readonly supersededSeqs: number[] = [];
  state: StoreState;

  constructor(view: PlanView) {
    this.#view = view;
    this.state = view.state;
  }

  serve(request: StoreRequest): WriteOutcome | number {
    switch (request.kind) {
      case 'write':
        return this.write(request);
      case 'absorb':
        return this.absorb(request);
      case 'purge':
        return this.purge(request);
    }
  }

  write({ version, ops }: WriteRequest): WriteOutcome {
    const lastIndexOf = new Map<string, number>();
    ops.forEach((op, index) => {
      lastIndexOf.set(op.id, index);
    });
    const resultOf = new Map<string, WriteResult>();
    const changes: RowChange[] = [];
    for (const [id, index] of lastIndexOf) {
      resultOf.set(id, this.#apply(version, ops[index] as WriteOp, changes));
    }
    const results = ops.map((op) => ({ ...(resultOf.get(op.id) as WriteResult) }));
    return { results, changes };
  }

  absorb({ entries }: AbsorbRequest): WriteOutcome {
    const changes: RowChange[] = [];
    const results = entries.map((entry) => this.#absorbOne(entry, changes));
    return { results, changes };
  }

  purge({ before, limit }: PurgeRequest): number {
    let purgedCount = 0;
    for (const id of this.#view.tombstonesBefore(before, limit)) {
      const held = this.#held(id);
      if (held?.kind !== 'tombstone' || held.version >= before) continue;
      this.#replace(id, held, undefined);
      purgedCount += 1;
    }
    return purgedCount;
  }

  #apply(version: Version, op: WriteOp, changes: RowChange[]): WriteResult {
    const held = this.#held(op.id);
    const existed = held?.kind === 'row';
    if (held !== undefined && held.version > version) {
      return { isApplied: false, existed, version: held.version };
    }
    if (held !== undefined && held.version === version) {
      return { isApplied: true, existed, version };
    }
    this.#put(version, op, held, changes);
    return { isApplied: true, existed, version };
  }

  #absorbOne(entry: AbsorbedEntry, changes: RowChange[]): WriteResult {
    const held = this.#held(entry.id);
    const existed = held?.kind === 'row';
    const isReplacing = held !== undefined && held.version === entry.replaces;
    if (entry.kind === 'absence') {
      if (!isReplacing) {
        return { isApplied: held === undefined, existed, version: held?.version ?? NO_VERSION };
      }
      if (existed) changes.push({ removedSeq: held.seq });
      this.#replace(entry.id, held, undefined);
      return { isApplied: true, existed, version: NO_VERSION };
    }
    const { version } = entry;
    if (held !== undefined && held.version >= version && !isReplacing) {
      return { isApplied: held.version === version, existed, version: held.version };
    }
    if (held?.version === version) return { isApplied: true, existed, version };
    this.#put(version, entry, held, changes);
    return { isApplied: true, existed, version };
  }

  #put(version: Version, op: WriteOp, held: IdRecord | undefined, changes: RowChange[]): void {
    const change: RowChange = {};
    if (held?.kind === 'row') change.removedSeq = held.seq;
    if (op.kind === 'upsert') {
      const row = this.#addRow(version, op);
      change.added = { seq: row.seq, vector: row.vector };
      this.#replace(op.id, held, { kind: 'row', version, seq: row.seq });
    } else {
      this.#replace(op.id, held, { kind: 'tombstone', version, seq: 0 });
    }
    if (change.added !== undefined || change.removedSeq !== undefined) changes.push(change);
  }

  #addRow(version: Version, op: WriteOp & { kind: 'upsert' }): Row {
    const { id, text, metadata } = op;
    const seq = this.state.lastSeq + 1;
    const row = { seq, id, version, vector: unpackVector(op.vector), text, metadata };
    this.state = { ...this.state, lastSeq: seq };
    this.rows.set(seq, row);
    return row;
  }

  #held(id: string): IdRecord | undefined {
    const change = this.records.get(id);
    return change === undefined ? this.#view.record(id) : change.after;
  }

  #replace(id: string, held: IdRecord | undefined, after: IdRecord | undefined): void {
    const earlier = this.records.get(id);
    this.records.set(id, { before: earlier === undefined ? held : earlier.before, after });
    if (held?.kind === 'row' && !this.rows.delete(held.seq)) this.supersededSeqs.push(held.seq);
    const { state } = this;
    this.state = {
      lastSeq: state.lastSeq,
      highestVersion:
        after !== undefined && after.version > state.highestVersion
          ? after.version
          : state.highestVersion,
      documentCount: state.documentCount + countOf(after, 'row') - countOf(held, 'row'),
      tombstoneCount:
        state.tombstoneCount + countOf(after, 'tombstone') - countOf(held, 'tombstone'),
    };
  }
}

function countOf(record: IdRecord | undefined, kind: IdRecord['kind']): number {
  return record?.kind === kind ? 1 : 0;
}
