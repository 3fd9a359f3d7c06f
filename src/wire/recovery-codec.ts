/**
 * Bytes of the Recovery stream. Every frame holds one message:
 *
 *   frame    | xxHash64 of the rest u64 | kind u8 | body, by kind |
 *   target   | cluster str | node str | collection str | partition u16 | generation f64 |
 *   slice    | partition u16 | partitions u16 |  after the target of a question whose kind has bit 7
 *
 * Integers are little-endian, strings and lists carry their length before them. A frame whose sum is
 * wrong, or that does not fit this drawing to the byte, is `MalformedBytes`.
 */
import { DIGEST_BUCKET_COUNT, hash64Bytes } from '../base/hash64.js';
import { nodeId } from '../base/ids.js';
import { ByteReader, ByteWriter, MalformedBytes } from './bytes.js';
import {
  readFlags,
  readList,
  readPackedVector,
  readWhole,
  writeDetail,
  writeList,
} from './codec-parts.js';
import type { StoredDocument } from './link-messages.js';
import type {
  EntryVersion,
  GraphOffer,
  RecoveryAnswer,
  RecoveryQuestion,
  RecoveryRefusalStatus,
} from './recovery-messages.js';
import { readSlice, readTarget, writeSlice, writeTarget } from './recovery-target-codec.js';

const SUM_BYTES = 8;
const BITMAP_BYTES = DIGEST_BUCKET_COUNT / 8;
const ENTRY_BYTES_MIN = 13;
const DOCUMENT_BYTES_MIN = 24;
/** The receiver names a file after it. */
const GRAPH_ID = /^[0-9a-f]{32}$/;
/** Their order is their number on the wire: append only. */
const QUESTIONS = ['digest', 'entries', 'rows', 'merge', 'scan', 'graph', 'graph_bytes'] as const;
const ANSWERS = [
  'refused',
  'digest',
  'entries',
  'rows',
  'merge',
  'scan',
  'graph',
  'graph_bytes',
] as const;
const HAS_SLICE = 0x80;
const STATUSES: readonly RecoveryRefusalStatus[] = [
  'not_yet',
  'not_in_sync',
  'wrong_node',
  'missing',
  'corrupt',
  'unavailable',
  'gone',
];

export function encodeQuestion(question: RecoveryQuestion): Buffer {
  const { slice } = question.target;
  const kind = QUESTIONS.indexOf(question.kind) + (slice === undefined ? 0 : HAS_SLICE);
  return frame(kind, (writer) => {
    writeTarget(writer, question.target);
    if (slice !== undefined) writeSlice(writer, slice);
    switch (question.kind) {
      case 'digest':
        writer.version(question.horizon);
        break;
      case 'entries':
        writer.version(question.horizon);
        writer.raw(question.buckets);
        writer.shortString(question.afterId);
        break;
      case 'rows':
        writeList(writer, question.ids, (w, id) => w.shortString(id));
        break;
      case 'merge':
        writer.version(question.horizon);
        writer.raw(question.buckets);
        writer.shortString(question.sourceNodeId);
        writer.shortString(question.sourceAddress);
        break;
      case 'scan':
        writer.f64(question.afterSeq);
        break;
      case 'graph':
        break;
      case 'graph_bytes':
        writer.shortString(question.graphId);
        writer.f64(question.offset);
        break;
    }
  });
}

export function decodeQuestion(bytes: Uint8Array): RecoveryQuestion {
  return unframe(bytes, (reader) => {
    const code = reader.u8();
    const kind = QUESTIONS[code & ~HAS_SLICE];
    if (kind === undefined) throw new MalformedBytes('unknown kind of question');
    const target = readTarget(reader);
    if ((code & HAS_SLICE) !== 0) target.slice = readSlice(reader);
    switch (kind) {
      case 'digest':
        return { kind, target, horizon: reader.version() };
      case 'entries': {
        const horizon = reader.version();
        const buckets = reader.raw(BITMAP_BYTES);
        return { kind, target, horizon, buckets, afterId: reader.shortString() };
      }
      case 'rows':
        return { kind, target, ids: readList(reader, 2, (r) => r.shortString()) };
      case 'merge': {
        const horizon = reader.version();
        const buckets = reader.raw(BITMAP_BYTES);
        const sourceNodeId = nodeId(reader.shortString());
        const sourceAddress = reader.shortString();
        return { kind, target, horizon, buckets, sourceNodeId, sourceAddress };
      }
      case 'scan':
        return { kind, target, afterSeq: readWhole(reader) };
      case 'graph':
        return { kind, target };
      case 'graph_bytes':
        return { kind, target, graphId: reader.shortString(), offset: readWhole(reader) };
    }
  });
}

export function encodeAnswer(answer: RecoveryAnswer): Buffer {
  return frame(ANSWERS.indexOf(answer.kind), (writer) => {
    switch (answer.kind) {
      case 'refused':
        writer.u8(STATUSES.indexOf(answer.status));
        writeDetail(writer, answer.detail);
        break;
      case 'digest':
        writer.f64(answer.documentCount);
        for (const bucket of answer.digest) writer.u64(bucket);
        break;
      case 'entries':
        writer.u8(answer.isLast ? 1 : 0);
        writer.shortString(answer.throughId);
        writeList(writer, answer.entries, writeEntry);
        break;
      case 'rows':
        writer.u32(answer.doneCount);
        writeList(writer, answer.documents, writeDocument);
        break;
      case 'merge':
        writer.f64(answer.rowCount);
        break;
      case 'scan':
        writer.u8(answer.isLast ? 1 : 0);
        writer.f64(answer.throughSeq);
        writeList(writer, answer.documents, writeDocument);
        break;
      case 'graph':
        writeOffer(writer, answer.offer);
        break;
      case 'graph_bytes':
        writer.blob(answer.bytes);
        break;
    }
  });
}

export function decodeAnswer(bytes: Uint8Array): RecoveryAnswer {
  return unframe(bytes, (reader) => {
    const kind = ANSWERS[reader.u8()];
    switch (kind) {
      case 'refused': {
        const status = STATUSES[reader.u8()];
        if (status === undefined) throw new MalformedBytes('unknown refusal');
        return { kind, status, detail: reader.shortString() };
      }
      case 'digest':
        return { kind, documentCount: readWhole(reader), digest: readDigest(reader) };
      case 'entries': {
        const isLast = readFlags(reader, 1) !== 0;
        const throughId = reader.shortString();
        return { kind, isLast, throughId, entries: readList(reader, ENTRY_BYTES_MIN, readEntry) };
      }
      case 'rows': {
        const doneCount = reader.u32();
        return { kind, doneCount, documents: readList(reader, DOCUMENT_BYTES_MIN, readDocument) };
      }
      case 'merge':
        return { kind, rowCount: readWhole(reader) };
      case 'scan': {
        const isLast = readFlags(reader, 1) !== 0;
        const throughSeq = readWhole(reader);
        const documents = readList(reader, DOCUMENT_BYTES_MIN, readDocument);
        return { kind, isLast, throughSeq, documents };
      }
      case 'graph':
        return { kind, offer: readOffer(reader) };
      case 'graph_bytes':
        return { kind, bytes: reader.blob() };
      default:
        throw new MalformedBytes('unknown kind of answer');
    }
  });
}

/** Bytes that a document takes in an answer, or a little more. */
export function documentBytes({ id, vector, text, metadata }: StoredDocument): number {
  const partsBytes = vector.byteLength + text.byteLength + metadata.byteLength;
  return DOCUMENT_BYTES_MIN + 3 * id.length + partsBytes;
}

function writeOffer(writer: ByteWriter, offer: GraphOffer | undefined): void {
  writer.u8(offer === undefined ? 0 : 1);
  if (offer === undefined) return;
  writer.shortString(offer.graphId);
  writer.f64(offer.manifestBytes);
  writer.f64(offer.payloadBytes);
}

function readOffer(reader: ByteReader): GraphOffer | undefined {
  if (readFlags(reader, 1) === 0) return undefined;
  const graphId = reader.shortString();
  if (!GRAPH_ID.test(graphId)) throw new MalformedBytes('no name of a graph');
  return { graphId, manifestBytes: readWhole(reader), payloadBytes: readWhole(reader) };
}

function readDigest(reader: ByteReader): BigUint64Array {
  const digest = new BigUint64Array(DIGEST_BUCKET_COUNT);
  for (let i = 0; i < DIGEST_BUCKET_COUNT; i += 1) digest[i] = reader.u64();
  return digest;
}

function writeEntry(writer: ByteWriter, { id, kind, version }: EntryVersion): void {
  writer.u8(kind === 'document' ? 1 : 0);
  writer.version(version);
  writer.shortString(id);
}

function readEntry(reader: ByteReader): EntryVersion {
  const kind = readFlags(reader, 1) === 1 ? 'document' : 'tombstone';
  const version = reader.version();
  return { id: reader.shortString(), kind, version };
}

function writeDocument(writer: ByteWriter, document: StoredDocument): void {
  writer.shortString(document.id);
  writer.version(document.version);
  writer.blob(document.vector);
  writer.blob(document.text);
  writer.blob(document.metadata);
}

function readDocument(reader: ByteReader): StoredDocument {
  const id = reader.shortString();
  const version = reader.version();
  const vector = readPackedVector(reader);
  return { id, version, vector, text: reader.blob(), metadata: reader.blob() };
}

function frame(kind: number, writeBody: (writer: ByteWriter) => void): Buffer {
  const writer = new ByteWriter();
  writer.u64(0n);
  writer.u8(kind);
  writeBody(writer);
  const bytes = writer.finish();
  bytes.writeBigUInt64LE(hash64Bytes(bytes.subarray(SUM_BYTES)));
  return bytes;
}

function unframe<T>(bytes: Uint8Array, readBody: (reader: ByteReader) => T): T {
  const reader = new ByteReader(bytes);
  if (reader.u64() !== hash64Bytes(bytes.subarray(SUM_BYTES))) {
    throw new MalformedBytes('the sum of a frame is wrong');
  }
  const body = readBody(reader);
  if (reader.remaining > 0) throw new MalformedBytes(`${reader.remaining} bytes too many`);
  return body;
}
