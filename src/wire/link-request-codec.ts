/**
 * Bytes of the link's requests, without the header that `link-codec.ts` puts before them.
 *
 *   target      u16 partition, f64 generation
 *   search      u8 flags (1 exact, 2 text, 4 metadata, 8 vector), string collection, blob vector,
 *               list of (target, u32 k, u32 ef)
 *   get         u8 flags (8 vector), string collection, list of (target, list of string id)
 *   list        u8 flags (8 vector), string collection, string after id, u32 limit, list of target
 *   count       string collection, list of target
 *   write       string collection, list of (target, version, blob operations)
 *   heartbeat   nothing
 *
 *   string: u16 length, UTF-8.   blob: u32 length, bytes.   list: u32 count, elements.
 */
import { type ByteReader, type ByteWriter, MalformedBytes } from './bytes.js';
import {
  readCollection,
  readFlags,
  readList,
  readPackedVector,
  readWhole,
  writeList,
} from './codec-parts.js';
import type {
  CountCall,
  GetCall,
  LinkRequest,
  ListCall,
  SearchCall,
  SearchTarget,
  Target,
  WriteCall,
  WriteTarget,
} from './link-messages.js';
import { packVector, unpackVector } from './vector-codec.js';

/** Numbers of the kinds on the wire. 0 is the item that cancels a call. */
export const REQUEST_KINDS: Readonly<Record<LinkRequest['kind'], number>> = {
  search: 1,
  get: 2,
  list: 3,
  count: 4,
  write: 5,
  heartbeat: 6,
};

const EXACT = 1;
const TEXT = 2;
const METADATA = 4;
const VECTOR = 8;
const TARGET_BYTES = 10;
const STRING_BYTES_MIN = 2;

export function writeRequest(writer: ByteWriter, request: LinkRequest): void {
  switch (request.kind) {
    case 'search':
      writeSearch(writer, request);
      break;
    case 'get':
      writeGet(writer, request);
      break;
    case 'list':
      writeListCall(writer, request);
      break;
    case 'count':
      writer.shortString(request.collection);
      writeList(writer, request.targets, writeTarget);
      break;
    case 'write':
      writer.shortString(request.collection);
      writeList(writer, request.targets, writeWriteTarget);
      break;
    case 'heartbeat':
      break;
  }
}

export function readRequest(reader: ByteReader, kind: number): LinkRequest {
  switch (kind) {
    case REQUEST_KINDS.search:
      return readSearch(reader);
    case REQUEST_KINDS.get:
      return readGet(reader);
    case REQUEST_KINDS.list:
      return readListCall(reader);
    case REQUEST_KINDS.count:
      return readCount(reader);
    case REQUEST_KINDS.write:
      return readWrite(reader);
    case REQUEST_KINDS.heartbeat:
      return { kind: 'heartbeat' };
    default:
      throw new MalformedBytes(`unknown request ${kind}`);
  }
}

/** Bytes that a request takes, or a little more: counted, not encoded. */
export function requestBytesMax(request: LinkRequest): number {
  if (request.kind === 'heartbeat') return 0;
  let byteCount = 16 + 3 * request.collection.length;
  switch (request.kind) {
    case 'search':
      return byteCount + request.vector.byteLength + request.targets.length * (TARGET_BYTES + 8);
    case 'get':
      for (const target of request.targets) {
        byteCount += TARGET_BYTES + 4;
        for (const id of target.ids) byteCount += STRING_BYTES_MIN + 3 * id.length;
      }
      return byteCount;
    case 'list':
      return byteCount + 3 * request.afterId.length + request.targets.length * TARGET_BYTES;
    case 'count':
      return byteCount + request.targets.length * TARGET_BYTES;
    case 'write':
      for (const target of request.targets) byteCount += TARGET_BYTES + 14 + target.ops.byteLength;
      return byteCount;
  }
}

function writeTarget(writer: ByteWriter, target: Target): void {
  writer.u16(target.partition);
  writer.f64(target.generation);
}

function readTarget(reader: ByteReader): Target {
  return { partition: reader.u16(), generation: readWhole(reader) };
}

function writeSearch(writer: ByteWriter, call: SearchCall): void {
  writer.u8(
    (call.exact ? EXACT : 0) |
      (call.includeText ? TEXT : 0) |
      (call.includeMetadata ? METADATA : 0) |
      (call.includeVector ? VECTOR : 0),
  );
  writer.shortString(call.collection);
  writer.blob(packVector(call.vector));
  writeList(writer, call.targets, writeSearchTarget);
}

function writeSearchTarget(writer: ByteWriter, target: SearchTarget): void {
  writeTarget(writer, target);
  writer.u32(target.k);
  writer.u32(target.ef);
}

function readSearch(reader: ByteReader): SearchCall {
  const flags = readFlags(reader, EXACT | TEXT | METADATA | VECTOR);
  return {
    kind: 'search',
    collection: readCollection(reader),
    vector: unpackVector(readPackedVector(reader)),
    exact: (flags & EXACT) !== 0,
    includeText: (flags & TEXT) !== 0,
    includeMetadata: (flags & METADATA) !== 0,
    includeVector: (flags & VECTOR) !== 0,
    targets: readList(reader, TARGET_BYTES + 8, readSearchTarget),
  };
}

function readSearchTarget(reader: ByteReader): SearchTarget {
  return {
    partition: reader.u16(),
    generation: readWhole(reader),
    k: reader.u32(),
    ef: reader.u32(),
  };
}

function writeGet(writer: ByteWriter, call: GetCall): void {
  writer.u8(call.includeVector ? VECTOR : 0);
  writer.shortString(call.collection);
  writeList(writer, call.targets, (w, target) => {
    writeTarget(w, target);
    writeList(w, target.ids, writeString);
  });
}

function readGet(reader: ByteReader): GetCall {
  const flags = readFlags(reader, VECTOR);
  return {
    kind: 'get',
    collection: readCollection(reader),
    includeVector: flags !== 0,
    targets: readList(reader, TARGET_BYTES + 4, (r) => ({
      ...readTarget(r),
      ids: readList(r, STRING_BYTES_MIN, readString),
    })),
  };
}

const writeString = (writer: ByteWriter, text: string): void => writer.shortString(text);
const readString = (reader: ByteReader): string => reader.shortString();

function writeListCall(writer: ByteWriter, call: ListCall): void {
  writer.u8(call.includeVector ? VECTOR : 0);
  writer.shortString(call.collection);
  writer.shortString(call.afterId);
  writer.u32(call.limit);
  writeList(writer, call.targets, writeTarget);
}

function readListCall(reader: ByteReader): ListCall {
  const flags = readFlags(reader, VECTOR);
  return {
    kind: 'list',
    collection: readCollection(reader),
    afterId: reader.shortString(),
    limit: reader.u32(),
    includeVector: flags !== 0,
    targets: readList(reader, TARGET_BYTES, readTarget),
  };
}

function readCount(reader: ByteReader): CountCall {
  const collection = readCollection(reader);
  return { kind: 'count', collection, targets: readList(reader, TARGET_BYTES, readTarget) };
}

function writeWriteTarget(writer: ByteWriter, target: WriteTarget): void {
  writeTarget(writer, target);
  writer.version(target.version);
  writer.blob(target.ops);
}

function readWrite(reader: ByteReader): WriteCall {
  const collection = readCollection(reader);
  const targets = readList(reader, TARGET_BYTES + 14, (r) => ({
    ...readTarget(r),
    version: r.version(),
    ops: r.blob(),
  }));
  return { kind: 'write', collection, targets };
}
