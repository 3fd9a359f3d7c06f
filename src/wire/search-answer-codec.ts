/**
 * Writes the answer of a search, a `SearchResponse`, straight from what shard nodes sent: hits are
 * never made into messages first. Text, vectors and metadata are bytes already and are copied: an
 * entry of stored metadata is an entry of a hit's under another tag. What only few answers have, the
 * account of how they were found, is left to the general codec.
 */
import { type Metric, scoreOfDistance } from '../base/metric.js';
import { ByteWriter, MalformedBytes } from './bytes.js';
import type { LinkHit } from './link-messages.js';

export interface AnswerCoverage {
  partitionsTotal: number;
  partitionsSearched: number;
  documentsTotal: number;
  documentsSearched: number;
  missing: readonly { partition: number; reason: string }[];
  topologyStaleMs: number;
}

export interface SearchAnswerMessage {
  hits: readonly LinkHit[];
  /** What distances are turned into scores by. */
  metric: Metric;
  coverage: AnswerCoverage;
  requestId: string;
  /** An encoded `Explain`. */
  explain?: Uint8Array;
}

/** Tags: the number of the field, and how it is written. */
const ANSWER = { hit: 0x0a, coverage: 0x12, explain: 0x1a, requestId: 0x22 } as const;
const HIT = { id: 0x0a, score: 0x11, text: 0x1a, metadata: 0x22, vector: 0x2a } as const;
const VECTOR = { packed: 0x12 } as const;
const STORED_METADATA = { entry: 0x0a } as const;
const COVERAGE = {
  partitionsTotal: 0x08,
  partitionsSearched: 0x10,
  documentsTotal: 0x18,
  documentsSearched: 0x20,
  missing: 0x2a,
  topologyStaleMs: 0x30,
} as const;
const MISSING = { partition: 0x08, reason: 0x12 } as const;

const TAG_BYTES = 1;
const DOUBLE_BYTES = 8;
/** Of a hit with an id of 16 bytes and nothing else: a first guess, which need not be right. */
const HIT_BYTES = 32;
const REST_BYTES = 64;

export function encodeSearchAnswer(answer: SearchAnswerMessage): Buffer {
  const writer = new ByteWriter(answer.hits.length * HIT_BYTES + REST_BYTES);
  for (const hit of answer.hits)
    writeHit(writer, hit, scoreOfDistance(answer.metric, hit.distance));
  writeCoverage(writer, answer.coverage);
  if (answer.explain !== undefined) writeBytes(writer, ANSWER.explain, answer.explain);
  writeText(writer, ANSWER.requestId, answer.requestId, Buffer.byteLength(answer.requestId));
  return writer.finish();
}

function writeHit(writer: ByteWriter, hit: LinkHit, score: number): void {
  const { id, text, metadata, vector } = hit;
  const idBytes = Buffer.byteLength(id);
  let bodyBytes = fieldBytes(idBytes) + TAG_BYTES + DOUBLE_BYTES;
  if (text !== undefined) bodyBytes += fieldBytes(text.byteLength);
  if (metadata !== undefined) bodyBytes += metadata.byteLength;
  if (vector !== undefined) bodyBytes += fieldBytes(fieldBytes(vector.byteLength));
  writer.u8(ANSWER.hit);
  writer.varint(bodyBytes);
  writeText(writer, HIT.id, id, idBytes);
  writer.u8(HIT.score);
  writer.f64(score);
  if (text !== undefined) writeBytes(writer, HIT.text, text);
  if (metadata !== undefined) writeMetadata(writer, metadata);
  if (vector === undefined) return;
  writer.u8(HIT.vector);
  writer.varint(fieldBytes(vector.byteLength));
  writeBytes(writer, VECTOR.packed, vector);
}

/** The same entries, each with the other tag. */
function writeMetadata(writer: ByteWriter, stored: Uint8Array): void {
  for (let offset = 0; offset < stored.byteLength; ) {
    if (stored[offset] !== STORED_METADATA.entry) throw new MalformedBytes('no metadata');
    let at = offset + TAG_BYTES;
    let entryBytes = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = stored[at++];
      if (byte === undefined) throw new MalformedBytes('no metadata');
      entryBytes += (byte & 0x7f) * factor;
      if (byte <= 0x7f) break;
    }
    const endOffset = at + entryBytes;
    if (endOffset > stored.byteLength) throw new MalformedBytes('no metadata');
    writer.u8(HIT.metadata);
    writer.raw(stored.subarray(offset + TAG_BYTES, endOffset));
    offset = endOffset;
  }
}

function writeCoverage(writer: ByteWriter, coverage: AnswerCoverage): void {
  const { partitionsTotal, partitionsSearched, documentsTotal, documentsSearched } = coverage;
  const counts = [partitionsTotal, partitionsSearched, documentsTotal, documentsSearched];
  let bodyBytes = TAG_BYTES + varintBytes(coverage.topologyStaleMs);
  for (const count of counts) bodyBytes += TAG_BYTES + varintBytes(count);
  for (const missing of coverage.missing) bodyBytes += fieldBytes(missingBytes(missing));
  writer.u8(ANSWER.coverage);
  writer.varint(bodyBytes);
  writeCount(writer, COVERAGE.partitionsTotal, partitionsTotal);
  writeCount(writer, COVERAGE.partitionsSearched, partitionsSearched);
  writeCount(writer, COVERAGE.documentsTotal, documentsTotal);
  writeCount(writer, COVERAGE.documentsSearched, documentsSearched);
  for (const missing of coverage.missing) {
    writer.u8(COVERAGE.missing);
    writer.varint(missingBytes(missing));
    writeCount(writer, MISSING.partition, missing.partition);
    writeText(writer, MISSING.reason, missing.reason, Buffer.byteLength(missing.reason));
  }
  writeCount(writer, COVERAGE.topologyStaleMs, coverage.topologyStaleMs);
}

function missingBytes({ partition, reason }: AnswerCoverage['missing'][number]): number {
  return TAG_BYTES + varintBytes(partition) + fieldBytes(Buffer.byteLength(reason));
}

function writeCount(writer: ByteWriter, tag: number, count: number): void {
  writer.u8(tag);
  writer.varint(count);
}

function writeBytes(writer: ByteWriter, tag: number, bytes: Uint8Array): void {
  writer.u8(tag);
  writer.varint(bytes.byteLength);
  writer.raw(bytes);
}

function writeText(writer: ByteWriter, tag: number, text: string, byteCount: number): void {
  writer.u8(tag);
  writer.varint(byteCount);
  writer.utf8(text, byteCount);
}

/** Of a field with so many bytes in it: its tag, their number, and they. */
function fieldBytes(byteCount: number): number {
  return TAG_BYTES + varintBytes(byteCount) + byteCount;
}

/** Bytes that {@link ByteWriter.varint} takes. */
export function varintBytes(value: number): number {
  let byteCount = 1;
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 128)) byteCount += 1;
  return byteCount;
}
