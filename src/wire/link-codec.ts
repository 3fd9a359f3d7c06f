/**
 * Items of the link, and how a batch is cut into them. A batch is items one after the other; all
 * integers are little-endian.
 *
 *   request  | length u32 | kind u8 | correlation u32 | time left u32 | body, by kind |
 *   cancel   | length u32 | 0    u8 | correlation u32 |
 *   reply    | length u32 | kind u8 | correlation u32 | load          | body, by kind |
 *   load     | queue depth u32 | queue ms f32 | service ms f32 | highest version 10 bytes |
 *
 * `length` counts the bytes after it. The time left is in tenths of a millisecond, rounded down: a
 * hop can only shorten it. Bodies: `link-request-codec.ts`, `link-reply-codec.ts`. What does not fit
 * this drawing to the byte is `MalformedBytes`.
 */
import { ByteReader, type ByteWriter, MalformedBytes } from './bytes.js';
import { readMs } from './codec-parts.js';
import type { LinkReply, LinkRequest, NodeLoad } from './link-messages.js';
import { REPLY_KINDS, readReply, writeReply } from './link-reply-codec.js';
import { replyBytesMax } from './link-reply-size.js';
import { REQUEST_KINDS, readRequest, requestBytesMax, writeRequest } from './link-request-codec.js';

export interface RequestItem {
  kind: 'request';
  correlation: number;
  timeLeftMs: number;
  request: LinkRequest;
}

export interface CancelItem {
  kind: 'cancel';
  correlation: number;
}

export interface ReplyItem {
  correlation: number;
  reply: LinkReply;
  load: NodeLoad;
}

const CANCEL_KIND = 0;
const REQUEST_HEADER_BYTES = 13;
const REPLY_HEADER_BYTES = 31;
const TICKS_PER_MS = 10;
const TICKS_MAX = 0xffffffff;

export function writeRequestItem(
  writer: ByteWriter,
  correlation: number,
  timeLeftMs: number,
  request: LinkRequest,
): void {
  const start = writeHeader(writer, REQUEST_KINDS[request.kind], correlation);
  writer.u32(Math.max(0, Math.min(TICKS_MAX, Math.floor(timeLeftMs * TICKS_PER_MS))));
  writeRequest(writer, request);
  writeLength(writer, start);
}

export function writeCancelItem(writer: ByteWriter, correlation: number): void {
  writeLength(writer, writeHeader(writer, CANCEL_KIND, correlation));
}

export function writeReplyItem(
  writer: ByteWriter,
  correlation: number,
  reply: LinkReply,
  load: NodeLoad,
): void {
  const start = writeHeader(writer, REPLY_KINDS[reply.kind], correlation);
  writer.u32(load.queueDepth);
  writer.f32(load.queueMs);
  writer.f32(load.serviceMs);
  writer.version(load.highestVersion);
  writeReply(writer, reply);
  writeLength(writer, start);
}

/** Bytes that the item takes, or a little more. */
export function requestItemBytesMax(request: LinkRequest): number {
  return REQUEST_HEADER_BYTES + requestBytesMax(request);
}

/** Bytes that the item takes, or a little more. */
export function replyItemBytesMax(reply: LinkReply): number {
  return REPLY_HEADER_BYTES + replyBytesMax(reply);
}

export const CANCEL_ITEM_BYTES = 9;

/**
 * Calls `onItem` for each item of a batch that a coordinator sent, in order.
 * @throws MalformedBytes at the first item that is none; the ones before it have been handed over.
 */
export function readRequestBatch(
  batch: Uint8Array,
  onItem: (item: RequestItem | CancelItem) => void,
): void {
  forEachItem(batch, (reader, kind, correlation, endOffset) => {
    if (kind === CANCEL_KIND) {
      expectEnd(reader, endOffset);
      onItem({ kind: 'cancel', correlation });
      return;
    }
    const timeLeftMs = reader.u32() / TICKS_PER_MS;
    const request = readRequest(reader, kind);
    expectEnd(reader, endOffset);
    onItem({ kind: 'request', correlation, timeLeftMs, request });
  });
}

/**
 * Calls `onItem` for each item of a batch that a shard node sent, in order.
 * @throws MalformedBytes at the first item that is none; the ones before it have been handed over.
 */
export function readReplyBatch(batch: Uint8Array, onItem: (item: ReplyItem) => void): void {
  forEachItem(batch, (reader, kind, correlation, endOffset) => {
    const load: NodeLoad = {
      queueDepth: reader.u32(),
      queueMs: readMs(reader),
      serviceMs: readMs(reader),
      highestVersion: reader.version(),
    };
    const reply = readReply(reader, kind);
    expectEnd(reader, endOffset);
    onItem({ correlation, reply, load });
  });
}

function writeHeader(writer: ByteWriter, kind: number, correlation: number): number {
  const start = writer.length;
  writer.u32(0);
  writer.u8(kind);
  writer.u32(correlation);
  return start;
}

function writeLength(writer: ByteWriter, start: number): void {
  writer.patchU32(start, writer.length - start - 4);
}

function forEachItem(
  batch: Uint8Array,
  read: (reader: ByteReader, kind: number, correlation: number, endOffset: number) => void,
): void {
  const reader = new ByteReader(batch);
  while (reader.remaining > 0) {
    const length = reader.u32();
    if (length > reader.remaining) {
      throw new MalformedBytes(`an item of ${length} bytes, ${reader.remaining} left`);
    }
    const endOffset = reader.offset + length;
    read(reader, reader.u8(), reader.u32(), endOffset);
  }
}

function expectEnd(reader: ByteReader, endOffset: number): void {
  if (reader.offset !== endOffset) {
    throw new MalformedBytes(`an item ends at ${reader.offset}, not at ${endOffset}`);
  }
}
