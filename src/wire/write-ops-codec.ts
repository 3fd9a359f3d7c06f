/**
 * Bytes of the operations of one write. The coordinator encodes them once however many replicas they
 * go to, and passes them on without looking inside again.
 *
 *   u32 count, then for each operation:
 *     u8 kind (1 upsert, 2 delete)   id: u16 length, UTF-8
 *     upsert only:   vector, text, metadata: each u32 length, bytes
 */
import { ByteReader, ByteWriter, MalformedBytes } from './bytes.js';
import { readList, readPackedVector, writeList } from './codec-parts.js';
import type { WriteOp } from './link-messages.js';

const UPSERT = 1;
const DELETE = 2;
const OP_BYTES_MIN = 3;
const OP_BYTES_OVERHEAD = 15;

export function encodeWriteOps(ops: readonly WriteOp[]): Uint8Array {
  const writer = new ByteWriter(4 + sizeOf(ops));
  writeList(writer, ops, writeOp);
  return writer.finish();
}

/**
 * The operations in `bytes`, whose memory their fields share.
 * @throws MalformedBytes when the bytes are not what {@link encodeWriteOps} makes.
 */
export function decodeWriteOps(bytes: Uint8Array): WriteOp[] {
  const reader = new ByteReader(bytes);
  const ops = readList(reader, OP_BYTES_MIN, readOp);
  if (reader.remaining > 0) throw new MalformedBytes(`${reader.remaining} bytes after the ops`);
  return ops;
}

function sizeOf(ops: readonly WriteOp[]): number {
  let byteCount = 0;
  for (const op of ops) {
    byteCount += OP_BYTES_OVERHEAD + op.id.length;
    if (op.kind === 'delete') continue;
    byteCount += op.vector.byteLength + op.text.byteLength + op.metadata.byteLength;
  }
  return byteCount;
}

function writeOp(writer: ByteWriter, op: WriteOp): void {
  writer.u8(op.kind === 'upsert' ? UPSERT : DELETE);
  writer.shortString(op.id);
  if (op.kind === 'delete') return;
  writer.blob(op.vector);
  writer.blob(op.text);
  writer.blob(op.metadata);
}

function readOp(reader: ByteReader): WriteOp {
  const kind = reader.u8();
  const id = reader.shortString();
  switch (kind) {
    case UPSERT:
      return {
        kind: 'upsert',
        id,
        vector: readPackedVector(reader),
        text: reader.blob(),
        metadata: reader.blob(),
      };
    case DELETE:
      return { kind: 'delete', id };
    default:
      throw new MalformedBytes(`unknown operation ${kind}`);
  }
}
