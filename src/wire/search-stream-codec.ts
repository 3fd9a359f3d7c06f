/**
 * Messages of the search streams, put together byte by byte. A protobuf message with one repeated
 * field is its elements one after the other, each with a tag and its length, and a message may be
 * continued by appending fields to it. So a `BatchSender` can collect searches, or answers, that were
 * encoded one by one into a `SearchBatchRequest` or `SearchBatchResponse`, and a search gets its name
 * on the stream, and the time that it has left, when it leaves.
 */
import { type BatchLimits, defaultBatchLimits } from './batch-sender.js';
import type { ByteWriter } from './bytes.js';
import { varintBytes } from './search-answer-codec.js';

/** Field 1, length-delimited: `SearchBatchRequest.searches` and `SearchBatchResponse.responses`. */
const ELEMENT_TAG = 0x0a;
/** Field 14, length-delimited: `SearchRequest.request_id`. */
const REQUEST_ID_TAG = 0x72;
/** Field 15, a number: `SearchRequest.timeout_ms`. */
const TIMEOUT_TAG = 0x78;
/** Of a tag and a length, or a number. */
const HEADER_BYTES_MAX = 6;

/** Searches, or answers, in one message of `SearchBatchStream`. */
export const STREAM_BATCH_MAX = 100;

/**
 * What may wait is bounded by how much of a stream may be under way. A message that only one element
 * makes too large is refused by the connection.
 */
const unbounded: BatchLimits = {
  ...defaultBatchLimits,
  itemBytesMax: Number.POSITIVE_INFINITY,
  queueItemsMax: Number.POSITIVE_INFINITY,
  queueBytesMax: Number.POSITIVE_INFINITY,
};

export const streamBatchLimits: Readonly<BatchLimits> = {
  ...unbounded,
  batchItemsMax: STREAM_BATCH_MAX,
};

/** For `SearchStream`, which carries one at a time: see {@link onlyElement}. */
export const streamSingleLimits: Readonly<BatchLimits> = { ...unbounded, batchItemsMax: 1 };

/** Bytes that {@link writeElement} takes, or a little more. */
export function elementBytesMax(message: Uint8Array): number {
  return HEADER_BYTES_MAX + message.byteLength;
}

/** Appends an encoded message to a batch. */
export function writeElement(writer: ByteWriter, message: Uint8Array): void {
  writer.u8(ELEMENT_TAG);
  writer.varint(message.byteLength);
  writer.raw(message);
}

/** Bytes that {@link writeSearchElement} takes, or a little more. */
export function searchElementBytesMax(search: Uint8Array, requestId: string): number {
  return 3 * HEADER_BYTES_MAX + search.byteLength + Buffer.byteLength(requestId);
}

/** Appends an encoded `SearchRequest` without these two to a batch; `timeoutMs` is a whole number. */
export function writeSearchElement(
  writer: ByteWriter,
  search: Uint8Array,
  requestId: string,
  timeoutMs: number,
): void {
  const idBytes = Buffer.byteLength(requestId);
  const tailBytes = 1 + varintBytes(idBytes) + idBytes + 1 + varintBytes(timeoutMs);
  writer.u8(ELEMENT_TAG);
  writer.varint(search.byteLength + tailBytes);
  writer.raw(search);
  writer.u8(REQUEST_ID_TAG);
  writer.varint(idBytes);
  writer.utf8(requestId, idBytes);
  writer.u8(TIMEOUT_TAG);
  writer.varint(timeoutMs);
}

/** The message in a batch of one. */
export function onlyElement(batch: Buffer): Buffer {
  let offset = 1;
  while ((batch[offset] as number) > 0x7f) offset += 1;
  return batch.subarray(offset + 1);
}
