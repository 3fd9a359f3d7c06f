/**
 * Reads of a node: each asks the replicas that it is about, and says for each how it ended. What a
 * reply may weigh is bounded: a get that would pass the limit is `too_large`, a list just ends early.
 */
import type { CollectionId } from '../src/base/ids.js';
import type {
  CountCall,
  CountReply,
  DocumentsTargetReply,
  GetCall,
  GetReply,
  ListCall,
  ListReply,
  StoredDocument,
  Target,
} from '../src/wire/link-messages.js';
import { packVector } from '../src/wire/vector-codec.js';
import type { Partition, PartitionRead } from './partition.js';
import type { ReplicaSet } from './replica-set.js';
import type { Row } from './store/partition-store.js';

const NOTHING = new Uint8Array(0);
/** Of a document in a reply, beside its parts. */
const DOCUMENT_BYTES_OVERHEAD = 32;
const LIST_LIMIT_MAX = 10_000;

export function getDocuments(replicas: ReplicaSet, call: GetCall, bytesMax: number): GetReply {
  let bytesLeft = bytesMax;
  const targets = call.targets.map((target) =>
    readTarget(replicas, call.collection, target, (partition) => {
      const documents: StoredDocument[] = [];
      const read = partition.get(target.ids, (row) => {
        const document = documentOf(row, call.includeVector);
        documents.push(document);
        bytesLeft -= documentBytes(document);
        return bytesLeft >= 0;
      });
      if (read.status !== 'ok') return read;
      if (bytesLeft < 0) return { status: 'too_large' };
      return { status: 'ok', value: { documents, hasMore: false } };
    }),
  );
  return { kind: 'get', targets };
}

export function listDocuments(replicas: ReplicaSet, call: ListCall, bytesMax: number): ListReply {
  const limit = Math.min(Math.max(1, call.limit), LIST_LIMIT_MAX);
  const bytesPerTarget = bytesMax / Math.max(1, call.targets.length);
  const targets = call.targets.map((target) =>
    readTarget(replicas, call.collection, target, (partition) => {
      const documents: StoredDocument[] = [];
      let bytes = 0;
      let hasMore = false;
      const read = partition.list(call.afterId, (row) => {
        const document = documentOf(row, call.includeVector);
        bytes += documentBytes(document);
        const isFirst = documents.length === 0;
        hasMore = documents.length >= limit || (bytes > bytesPerTarget && !isFirst);
        if (!hasMore) documents.push(document);
        return !hasMore;
      });
      return read.status === 'ok' ? { status: 'ok', value: { documents, hasMore } } : read;
    }),
  );
  return { kind: 'list', targets };
}

export function countDocuments(replicas: ReplicaSet, call: CountCall): CountReply {
  const targets = call.targets.map(({ partition, generation }) => {
    const found = replicas.findReadable(call.collection, partition, generation);
    const isServed = found.status === 'ok' && found.partition.condition !== 'corrupt';
    if (isServed) {
      const { documentCount } = found.partition;
      return { partition, status: 'ok' as const, documentCount };
    }
    const status = found.status === 'ok' ? ('corrupt' as const) : found.status;
    return { partition, status, documentCount: 0 };
  });
  return { kind: 'count', targets };
}

interface DocumentsRead {
  documents: StoredDocument[];
  hasMore: boolean;
}

function readTarget(
  replicas: ReplicaSet,
  collection: CollectionId,
  { partition, generation }: Target,
  read: (partition: Partition) => PartitionRead<DocumentsRead> | { status: 'too_large' },
): DocumentsTargetReply {
  const found = replicas.findReadable(collection, partition, generation);
  const outcome = found.status === 'ok' ? read(found.partition) : found;
  if (outcome.status === 'ok') return { partition, status: 'ok', ...outcome.value };
  return { partition, status: outcome.status, documents: [], hasMore: false };
}

function documentOf(row: Row, includeVector: boolean): StoredDocument {
  const { id, version, text, metadata } = row;
  return { id, version, vector: includeVector ? packVector(row.vector) : NOTHING, text, metadata };
}

function documentBytes({ id, vector, text, metadata }: StoredDocument): number {
  const partsBytes = vector.byteLength + text.byteLength + metadata.byteLength;
  return DOCUMENT_BYTES_OVERHEAD + id.length * 3 + partsBytes;
}
