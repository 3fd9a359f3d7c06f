/**
 * The bytes of a graph's manifest: everything about the graph that hnswlib's own file lacks, and the
 * size and checksum of that file. The manifest names it by number, so renaming a new manifest into
 * place switches from one whole pair of files to the next.
 *
 *   0  magic "ANNULUSG"      32  m (u32)                  64  payload checksum (u64)
 *   8  format (u32)          36  ef construction (u32)    72  node count (f64)
 *  12  metric (u32)          40  last seq (f64)           80  labels (f64 each)
 *  16  dimension (u32)       48  payload number (f64)      .  hash of each node (u64 each)
 *  20  reserved (u32)        56  payload size (f64)        .  node of each label (u32 each)
 *  24  label count (f64)                                   .  xxHash64 of all before it (u64)
 *
 * Little-endian throughout. Sizes and sequence numbers are whole and below 2^53.
 */
import { hash64Bytes } from '../../src/base/hash64.js';
import type { Metric } from '../../src/base/metric.js';
import type { GraphSpec } from './graph-space.js';
import type { GraphTableContents } from './graph-table.js';

export interface GraphManifest extends GraphTableContents {
  spec: GraphSpec;
  /** The graph holds the rows up to this sequence number that were current when it was written. */
  lastSeq: number;
  /** Which of the files beside the manifest is hnswlib's. */
  payloadNumber: number;
  payloadBytes: number;
  payloadHash: bigint;
}

const MAGIC = 0x4753_554c_554e_4e41n;
const FORMAT = 1;
const HEADER_BYTES = 80;
const CHECKSUM_BYTES = 8;
const METRICS: readonly Metric[] = ['cosine', 'dot', 'l2'];

export function encodeManifest(manifest: GraphManifest): Uint8Array {
  const { labels, hashes, nodes, spec } = manifest;
  const bytes = new Uint8Array(manifestBytes(labels.length, hashes.length));
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, MAGIC, true);
  view.setUint32(8, FORMAT, true);
  view.setUint32(12, METRICS.indexOf(spec.metric), true);
  view.setUint32(16, spec.dimension, true);
  view.setFloat64(24, labels.length, true);
  view.setUint32(32, spec.m, true);
  view.setUint32(36, spec.efConstruction, true);
  view.setFloat64(40, manifest.lastSeq, true);
  view.setFloat64(48, manifest.payloadNumber, true);
  view.setFloat64(56, manifest.payloadBytes, true);
  view.setBigUint64(64, manifest.payloadHash, true);
  view.setFloat64(72, hashes.length, true);
  bytes.set(new Uint8Array(labels.buffer), HEADER_BYTES);
  bytes.set(new Uint8Array(hashes.buffer), HEADER_BYTES + labels.byteLength);
  bytes.set(new Uint8Array(nodes.buffer), HEADER_BYTES + labels.byteLength + hashes.byteLength);
  const checked = bytes.length - CHECKSUM_BYTES;
  view.setBigUint64(checked, hash64Bytes(bytes.subarray(0, checked)), true);
  return bytes;
}

/** Bytes at the start of a manifest that {@link payloadOf} needs. */
export const MANIFEST_HEADER_BYTES = HEADER_BYTES;
export const MANIFEST_CHECKSUM_BYTES = CHECKSUM_BYTES;

/** The payload that a manifest's header names, without a look at the rest; undefined: no manifest. */
export function payloadOf(
  header: Uint8Array,
): Pick<GraphManifest, 'payloadNumber' | 'payloadBytes' | 'payloadHash'> | undefined {
  if (header.length < HEADER_BYTES) return undefined;
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  if (view.getBigUint64(0, true) !== MAGIC || view.getUint32(8, true) !== FORMAT) return undefined;
  return {
    payloadNumber: view.getFloat64(48, true),
    payloadBytes: view.getFloat64(56, true),
    payloadHash: view.getBigUint64(64, true),
  };
}

export type DecodedManifest =
  | { status: 'ok'; manifest: GraphManifest }
  | { status: 'damaged'; detail: string }
  | { status: 'mismatch'; detail: string };

export function decodeManifest(source: Uint8Array): DecodedManifest {
  const damaged = (detail: string): DecodedManifest => ({ status: 'damaged', detail });
  if (source.length < manifestBytes(0, 0)) return damaged(`manifest has ${source.length} bytes`);
  const bytes = new Uint8Array(source);
  const view = new DataView(bytes.buffer);
  if (view.getBigUint64(0, true) !== MAGIC) return damaged('not a manifest of a graph');
  const checked = bytes.length - CHECKSUM_BYTES;
  const hash = hash64Bytes(bytes.subarray(0, checked));
  if (view.getBigUint64(checked, true) !== hash)
    return damaged('checksum of the manifest is wrong');
  const format = view.getUint32(8, true);
  if (format !== FORMAT)
    return { status: 'mismatch', detail: `format is ${format}, not ${FORMAT}` };
  const labelCount = view.getFloat64(24, true);
  const nodeCount = view.getFloat64(72, true);
  const metric = METRICS[view.getUint32(12, true)];
  if (metric === undefined || manifestBytes(labelCount, nodeCount) !== bytes.length) {
    return damaged('manifest contradicts itself');
  }
  const hashesAt = HEADER_BYTES + 8 * labelCount;
  const nodesAt = hashesAt + 8 * nodeCount;
  const manifest: GraphManifest = {
    spec: {
      dimension: view.getUint32(16, true),
      metric,
      m: view.getUint32(32, true),
      efConstruction: view.getUint32(36, true),
    },
    lastSeq: view.getFloat64(40, true),
    payloadNumber: view.getFloat64(48, true),
    payloadBytes: view.getFloat64(56, true),
    payloadHash: view.getBigUint64(64, true),
    labels: new Float64Array(bytes.slice(HEADER_BYTES, hashesAt).buffer),
    hashes: new BigUint64Array(bytes.slice(hashesAt, nodesAt).buffer),
    nodes: new Uint32Array(bytes.slice(nodesAt, checked).buffer),
  };
  return { status: 'ok', manifest };
}

function manifestBytes(labelCount: number, nodeCount: number): number {
  return HEADER_BYTES + 12 * labelCount + 8 * nodeCount + CHECKSUM_BYTES;
}
