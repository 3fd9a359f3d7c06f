/**
 * Bytes of the link's replies, without the header that `link-codec.ts` puts before them.
 *
 *   search      list of (u16 partition, u8 status, u32 document count, list of hit)
 *   hit         u8 flags (1 text, 2 metadata, 4 vector), f64 distance, version, string id,
 *               blob text, blob metadata, blob vector: each only when its flag is set
 *   get, list   list of (u16 partition, u8 status, u8 has more, list of
 *               (string id, version, blob vector, blob text, blob metadata))
 *   count       list of (u16 partition, u8 status, f64 document count)
 *   write       list of (u16 partition, u8 status, string detail, list of
 *               (u8 flags (1 applied, 2 existed), version))
 *   heartbeat   f64 epoch, list of (string collection, u16 partition, u8 condition, f64 documents)
 *   refused     u8 status, string detail, f32 retry after ms
 *
 *   string: u16 length, UTF-8.   blob: u32 length, bytes.   list: u32 count, elements.
 */
import { type ByteReader, type ByteWriter, MalformedBytes } from './bytes.js';
import {
  readCollection,
  readFlags,
  readList,
  readMs,
  readPackedVector,
  readStatus,
  readWhole,
  writeDetail,
  writeList,
  writeStatus,
} from './codec-parts.js';
import type {
  CountReply,
  DocumentsTargetReply,
  LinkHit,
  LinkReply,
  RecoveryPhase,
  ReplicaCondition,
  ReplicaReport,
  SearchTargetReply,
  StoredDocument,
  WriteResult,
  WriteTargetReply,
} from './link-messages.js';

/** Numbers of the kinds on the wire. */
export const REPLY_KINDS: Readonly<Record<LinkReply['kind'], number>> = {
  search: 1,
  get: 2,
  list: 3,
  count: 4,
  write: 5,
  heartbeat: 6,
  refused: 7,
};

const TEXT = 1;
const METADATA = 2;
const VECTOR = 4;
const APPLIED = 1;
const EXISTED = 2;
const HIT_BYTES_MIN = 21;
const DOCUMENT_BYTES_MIN = 24;
const RESULT_BYTES = 11;

export function writeReply(writer: ByteWriter, reply: LinkReply): void {
  switch (reply.kind) {
    case 'search':
      writeList(writer, reply.targets, writeSearchTarget);
      break;
    case 'get':
    case 'list':
      writeList(writer, reply.targets, writeDocumentsTarget);
      break;
    case 'count':
      writeList(writer, reply.targets, writeCountTarget);
      break;
    case 'write':
      writeList(writer, reply.targets, writeWriteTarget);
      break;
    case 'heartbeat':
      writer.f64(reply.epoch);
      writeList(writer, reply.replicas, writeReplicaReport);
      break;
    case 'refused':
      writeStatus(writer, reply.status);
      writeDetail(writer, reply.detail);
      writer.f32(reply.retryAfterMs);
  }
}

export function readReply(reader: ByteReader, kind: number): LinkReply {
  switch (kind) {
    case REPLY_KINDS.search:
      return { kind: 'search', targets: readList(reader, 11, readSearchTarget) };
    case REPLY_KINDS.get:
      return { kind: 'get', targets: readList(reader, 8, readDocumentsTarget) };
    case REPLY_KINDS.list:
      return { kind: 'list', targets: readList(reader, 8, readDocumentsTarget) };
    case REPLY_KINDS.count:
      return { kind: 'count', targets: readList(reader, 11, readCountTarget) };
    case REPLY_KINDS.write:
      return { kind: 'write', targets: readList(reader, 9, readWriteTarget) };
    case REPLY_KINDS.heartbeat:
      return {
        kind: 'heartbeat',
        epoch: readWhole(reader),
        replicas: readList(reader, 13, readReplicaReport),
      };
    case REPLY_KINDS.refused:
      return {
        kind: 'refused',
        status: readStatus(reader),
        detail: reader.shortString(),
        retryAfterMs: readMs(reader),
      };
    default:
      throw new MalformedBytes(`unknown reply ${kind}`);
  }
}

function writeSearchTarget(writer: ByteWriter, target: SearchTargetReply): void {
  writer.u16(target.partition);
  writeStatus(writer, target.status);
  writer.u32(target.documentCount);
  writeList(writer, target.hits, writeHit);
}

function readSearchTarget(reader: ByteReader): SearchTargetReply {
  const partition = reader.u16();
  const status = readStatus(reader);
  const documentCount = reader.u32();
  return { partition, status, documentCount, hits: readList(reader, HIT_BYTES_MIN, readHit) };
}

function writeHit(writer: ByteWriter, hit: LinkHit): void {
  writer.u8(
    (hit.text === undefined ? 0 : TEXT) |
      (hit.metadata === undefined ? 0 : METADATA) |
      (hit.vector === undefined ? 0 : VECTOR),
  );
  writer.f64(hit.distance);
  writer.version(hit.version);
  writer.shortString(hit.id);
  if (hit.text !== undefined) writer.blob(hit.text);
  if (hit.metadata !== undefined) writer.blob(hit.metadata);
  if (hit.vector !== undefined) writer.blob(hit.vector);
}

function readHit(reader: ByteReader): LinkHit {
  const flags = readFlags(reader, TEXT | METADATA | VECTOR);
  const distance = reader.f64();
  if (Number.isNaN(distance)) throw new MalformedBytes('a distance is NaN');
  const version = reader.version();
  const hit: LinkHit = { id: reader.shortString(), distance, version };
  if ((flags & TEXT) !== 0) hit.text = reader.blob();
  if ((flags & METADATA) !== 0) hit.metadata = reader.blob();
  if ((flags & VECTOR) !== 0) hit.vector = readPackedVector(reader);
  return hit;
}

function writeDocumentsTarget(writer: ByteWriter, target: DocumentsTargetReply): void {
  writer.u16(target.partition);
  writeStatus(writer, target.status);
  writer.u8(target.hasMore ? 1 : 0);
  writeList(writer, target.documents, writeDocument);
}

function readDocumentsTarget(reader: ByteReader): DocumentsTargetReply {
  const partition = reader.u16();
  const status = readStatus(reader);
  const hasMore = readFlags(reader, 1) !== 0;
  const documents = readList(reader, DOCUMENT_BYTES_MIN, readDocument);
  return { partition, status, documents, hasMore };
}

function writeDocument(writer: ByteWriter, document: StoredDocument): void {
  writer.shortString(document.id);
  writer.version(document.version);
  writer.blob(document.vector);
  writer.blob(document.text);
  writer.blob(document.metadata);
}

function readDocument(reader: ByteReader): StoredDocument {
  return {
    id: reader.shortString(),
    version: reader.version(),
    vector: readPackedVector(reader),
    text: reader.blob(),
    metadata: reader.blob(),
  };
}

function writeCountTarget(writer: ByteWriter, target: CountReply['targets'][number]): void {
  writer.u16(target.partition);
  writeStatus(writer, target.status);
  writer.f64(target.documentCount);
}

function readCountTarget(reader: ByteReader): CountReply['targets'][number] {
  return {
    partition: reader.u16(),
    status: readStatus(reader),
    documentCount: readWhole(reader),
  };
}

function writeWriteTarget(writer: ByteWriter, target: WriteTargetReply): void {
  writer.u16(target.partition);
  writeStatus(writer, target.status);
  writeDetail(writer, target.detail);
  writeList(writer, target.results, writeResult);
}

function readWriteTarget(reader: ByteReader): WriteTargetReply {
  return {
    partition: reader.u16(),
    status: readStatus(reader),
    detail: reader.shortString(),
    results: readList(reader, RESULT_BYTES, readResult),
  };
}

function writeResult(writer: ByteWriter, result: WriteResult): void {
  writer.u8((result.isApplied ? APPLIED : 0) | (result.existed ? EXISTED : 0));
  writer.version(result.version);
}

function readResult(reader: ByteReader): WriteResult {
  const flags = readFlags(reader, APPLIED | EXISTED);
  return {
    isApplied: (flags & APPLIED) !== 0,
    existed: (flags & EXISTED) !== 0,
    version: reader.version(),
  };
}

/** Their order is their number on the wire: append only. */
const CONDITIONS: readonly ReplicaCondition[] = [
  'open',
  'loading',
  'missing',
  'corrupt',
  'failed',
  'full',
];

const PHASES: readonly RecoveryPhase[] = ['waiting', 'comparing', 'copying', 'equal'];

function writeReplicaReport(writer: ByteWriter, report: ReplicaReport): void {
  writer.shortString(report.collection);
  writer.u16(report.partition);
  writer.u8(CONDITIONS.indexOf(report.condition));
  writeDetail(writer, report.detail);
  writer.f64(report.documentCount);
  const { recovery } = report;
  writer.u8(recovery === undefined ? 0 : PHASES.indexOf(recovery.phase) + 1);
  if (recovery === undefined) return;
  writer.f64(recovery.generation);
  writer.f64(recovery.rowCount);
  writer.f64(recovery.byteCount);
  writer.f64(recovery.idleRoundCount);
}

function readReplicaReport(reader: ByteReader): ReplicaReport {
  const collection = readCollection(reader);
  const partition = reader.u16();
  const condition = CONDITIONS[reader.u8()];
  if (condition === undefined) throw new MalformedBytes('unknown condition of a replica');
  const detail = reader.shortString();
  const documentCount = readWhole(reader);
  const report = { collection, partition, condition, detail, documentCount };
  const phaseNumber = reader.u8();
  if (phaseNumber === 0) return report;
  const phase = PHASES[phaseNumber - 1];
  if (phase === undefined) throw new MalformedBytes('unknown phase of a recovery');
  const generation = readWhole(reader);
  const rowCount = readWhole(reader);
  const byteCount = readWhole(reader);
  const idleRoundCount = readWhole(reader);
  return { ...report, recovery: { generation, phase, rowCount, byteCount, idleRoundCount } };
}
