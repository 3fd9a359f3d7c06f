/**
 * Answers those who copy from, or compare themselves with, this node's replicas. Answers are bounded
 * in bytes and in the work that they take, and their work goes in background slices. Who fills one
 * partition of several from a replica is shown only what belongs there (`source-slice.ts`).
 */
import type { Clock } from '../../src/base/clock.js';
import type { NodeId } from '../../src/base/ids.js';
import type { StoredDocument } from '../../src/wire/link-messages.js';
import { documentBytes } from '../../src/wire/recovery-codec.js';
import {
  type EntriesAnswer,
  type EntryVersion,
  type PartitionSlice,
  type RecoveryAnswer,
  type RecoveryQuestion,
  refusedAs,
} from '../../src/wire/recovery-messages.js';
import { packVector } from '../../src/wire/vector-codec.js';
import type { ReplicaContents } from '../replica-contents.js';
import type { ReplicaSet } from '../replica-set.js';
import { type PartitionStore, type Row, StoreError } from '../store/partition-store.js';
import { BucketSet } from './bucket-set.js';
import { entriesInBuckets } from './levelled-replica.js';
import { isInSlice } from './slice-digests.js';

export interface RecoverySourceOptions {
  nodeId: NodeId;
  /** The cluster that the node belongs to; undefined while to none. */
  clusterId(): string | undefined;
  replicas: ReplicaSet;
  clock: Clock;
  /** What one answer may weigh. Default 256 KiB, and while
   * searches arrive 32 KiB; one larger document goes alone. */
  answerBytesMax?: number;
}

/** Entries, or rows, looked at for an answer: a busy node gives it long before it is asked again. */
const VISITS_MAX = 8_192;
const ANSWER_BYTES = 256 * 1024;
/** While searches arrive: packing and unpacking an answer takes both event loops as long as it is. */
const SEARCHED_ANSWER_BYTES = 32 * 1024;

export class RecoverySource {
  readonly #options: RecoverySourceOptions;

  constructor(options: RecoverySourceOptions) {
    this.#options = options;
  }

  async answer(question: RecoveryQuestion): Promise<RecoveryAnswer> {
    const { nodeId, replicas } = this.#options;
    const { target } = question;
    if (target.nodeId !== nodeId || target.clusterId !== this.#options.clusterId()) {
      return refusedAs('wrong_node', `this is node ${nodeId}`);
    }
    const found = replicas.findSource(target.collection, target.partition, target.generation);
    if (found.status !== 'ok') return refusedAs(found.status, `the replica is ${found.status}`);
    try {
      return await this.#read(found.partition.contents, question);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      return refusedAs(error.failure === 'corrupt' ? 'corrupt' : 'unavailable', error.message);
    }
  }

  #answerBytesMax({ isSearched }: ReplicaContents): number {
    return this.#options.answerBytesMax ?? (isSearched ? SEARCHED_ANSWER_BYTES : ANSWER_BYTES);
  }

  async #read(contents: ReplicaContents, question: RecoveryQuestion): Promise<RecoveryAnswer> {
    const { slice } = question.target;
    switch (question.kind) {
      case 'digest': {
        if (slice !== undefined) {
          const answer = contents.digestOfSlice(slice, question.horizon);
          return answer ?? refusedAs('not_yet', 'the digests are being made');
        }
        const digest = await contents.digest(question.horizon);
        return { kind: 'digest', documentCount: contents.documentCount, digest };
      }
      case 'entries': {
        const buckets = new BucketSet(question.buckets);
        const { afterId, horizon } = question;
        return contents.read((store) => listEntries(store, buckets, afterId, horizon, slice));
      }
      case 'rows': {
        const bytesMax = this.#answerBytesMax(contents);
        return contents.read((store) => readDocuments(store, question.ids, bytesMax));
      }
      case 'scan': {
        const bytesMax = this.#answerBytesMax(contents);
        const { afterSeq } = question;
        return contents.read((store) => scanDocuments(store, afterSeq, bytesMax, slice));
      }
      case 'graph': {
        const offer = await contents.graphs.offer();
        if (offer === 'saving') return refusedAs('not_yet', 'the graph is being saved');
        return { kind: 'graph', offer };
      }
      case 'graph_bytes': {
        const { graphId, offset } = question;
        const bytes = await contents.graphs.read(graphId, offset, this.#answerBytesMax(contents));
        return bytes === undefined
          ? refusedAs('gone', 'that graph is not lent any more')
          : { kind: 'graph_bytes', bytes };
      }
      case 'merge':
        return refusedAs('unavailable', 'not a question to a source');
    }
  }
}

function* listEntries(
  store: PartitionStore,
  buckets: BucketSet,
  afterId: string,
  horizon: bigint,
  slice: PartitionSlice | undefined,
): Generator<undefined, EntriesAnswer> {
  const found: EntryVersion[] = [];
  const isWanted = ({ id, kind, version }: EntryVersion) =>
    (kind === 'document' || version >= horizon) && isInSlice(slice, id);
  let throughId = afterId;
  let visitCount = 0;
  for (const { id } of entriesInBuckets(store.entries(afterId), buckets, undefined, found)) {
    throughId = id;
    visitCount += 1;
    if (visitCount >= VISITS_MAX) {
      return { kind: 'entries', entries: found.filter(isWanted), throughId, isLast: false };
    }
    yield;
  }
  return { kind: 'entries', entries: found.filter(isWanted), throughId: '', isLast: true };
}

function* scanDocuments(
  store: PartitionStore,
  afterSeq: number,
  bytesMax: number,
  slice: PartitionSlice | undefined,
): Generator<undefined, RecoveryAnswer> {
  const documents: StoredDocument[] = [];
  let bytes = 0;
  let throughSeq = afterSeq;
  let visitCount = 0;
  for (const row of store.scan(afterSeq)) {
    visitCount += 1;
    if (visitCount > VISITS_MAX) return { kind: 'scan', documents, throughSeq, isLast: false };
    if (!isInSlice(slice, row.id)) {
      throughSeq = row.seq;
      yield;
      continue;
    }
    const document = documentOf(row);
    bytes += documentBytes(document);
    if (bytes > bytesMax && documents.length > 0) {
      return { kind: 'scan', documents, throughSeq, isLast: false };
    }
    documents.push(document);
    throughSeq = row.seq;
    yield;
  }
  return { kind: 'scan', documents, throughSeq, isLast: true };
}

function* readDocuments(
  store: PartitionStore,
  ids: readonly string[],
  bytesMax: number,
): Generator<undefined, RecoveryAnswer> {
  const documents: StoredDocument[] = [];
  let bytes = 0;
  let doneCount = 0;
  for (const id of ids) {
    const row = store.get(id);
    if (row !== undefined) {
      const document = documentOf(row);
      bytes += documentBytes(document);
      if (bytes > bytesMax && documents.length > 0) break;
      documents.push(document);
    }
    doneCount += 1;
    yield;
  }
  return { kind: 'rows', documents, doneCount };
}

function documentOf({ id, version, vector, text, metadata }: Row): StoredDocument {
  return { id, version, vector: packVector(vector), text, metadata };
}
