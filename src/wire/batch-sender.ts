/**
 * Adaptive batching: the sending half of one direction of a link's stream, used by both ends.
 *
 * At most one batch is on its way into the connection. What is sent meanwhile waits, and goes out
 * together as the next batch once the connection has taken the one before: a batch of one when there
 * is nothing to do, large batches under load, without any setting to tune. Items sent in one tick
 * share a batch. Because the next batch waits for the connection, HTTP/2's backpressure reaches the
 * queue, which is bounded: at its limit `send` says so, and nothing is ever dropped in silence.
 *
 * Items are encoded when their batch leaves, not before: one that was cancelled while it waited
 * writes nothing, and the time left that it carries is true.
 */
import { BoundedQueue } from '../base/bounded-queue.js';
import { ByteWriter } from './bytes.js';

export interface OutgoingItem {
  /** Bytes that it takes, or a little more. Must not change while it waits. */
  readonly itemBytesMax: number;
  /** Appends the item, or nothing when nobody waits for it any more. */
  writeItem(writer: ByteWriter): void;
}

export interface BatchLimits {
  /** A batch is closed before it grows past this; one larger item goes alone. Default 1 MiB. */
  batchBytesMax: number;
  /** A larger item cannot be sent: no message could carry it. Default 63 MiB. */
  itemBytesMax: number;
  /** Items that may wait. Default 65,536. */
  queueItemsMax: number;
  /** Bytes that may wait; one item may go past it. Default 64 MiB. */
  queueBytesMax: number;
  /** Items that one batch may have. Default: as many as fit. */
  batchItemsMax?: number;
}

const MIB = 1024 * 1024;

export const defaultBatchLimits: Readonly<BatchLimits> = {
  batchBytesMax: MIB,
  itemBytesMax: 63 * MIB,
  queueItemsMax: 65_536,
  queueBytesMax: 64 * MIB,
};

export type SendResult = 'queued' | 'full' | 'too_large';

/** Hands a batch to the connection, which calls `onTaken` when it is ready for the next. */
export type BatchWrite = (items: Buffer, onTaken: () => void) => void;

const CAPACITY_BYTES_MIN = 1024;

export class BatchSender {
  readonly #write: BatchWrite;
  readonly #limits: BatchLimits;
  readonly #onEmpty: () => void;
  readonly #queue: BoundedQueue<OutgoingItem>;
  #queuedBytes = 0;
  #isBusy = false;
  #isClosed = false;
  #capacityBytes = CAPACITY_BYTES_MIN;

  /** `onEmpty` is called whenever the last waiting item has left. */
  constructor(write: BatchWrite, limits: BatchLimits = defaultBatchLimits, onEmpty = () => {}) {
    this.#write = write;
    this.#limits = limits;
    this.#onEmpty = onEmpty;
    this.#queue = new BoundedQueue(limits.queueItemsMax);
  }

  /** Items that wait. */
  get queuedCount(): number {
    return this.#queue.length;
  }

  /** An upper bound of the bytes that wait. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  send(item: OutgoingItem): SendResult {
    if (item.itemBytesMax > this.#limits.itemBytesMax) return 'too_large';
    if (this.#queuedBytes >= this.#limits.queueBytesMax || !this.#queue.push(item)) return 'full';
    this.#queuedBytes += item.itemBytesMax;
    if (!this.#isBusy) {
      this.#isBusy = true;
      queueMicrotask(this.#sendBatch);
    }
    return 'queued';
  }

  /** Forgets what waits; nothing is written any more. */
  close(): void {
    this.#isClosed = true;
    while (this.#queue.shift() !== undefined) {
      // Forgotten one by one: the queue is bounded.
    }
    this.#queuedBytes = 0;
  }

  readonly #sendBatch = (): void => {
    if (this.#isClosed) return;
    const batch = this.#takeBatch();
    if (batch.byteLength > 0) this.#write(batch, this.#sendBatch);
    else this.#isBusy = false;
    if (this.#queue.length === 0) this.#onEmpty();
  };

  /** The items that go next, encoded; empty when there are none. */
  #takeBatch(): Buffer {
    const firstBytes = this.#queue.peek()?.itemBytesMax;
    if (firstBytes === undefined) return EMPTY;
    const { batchBytesMax, batchItemsMax = Number.POSITIVE_INFINITY } = this.#limits;
    const writer = new ByteWriter(Math.max(this.#capacityBytes, firstBytes));
    let itemCount = 0;
    for (let item = this.#queue.peek(); item !== undefined; item = this.#queue.peek()) {
      const lengthBefore = writer.length;
      const bytesAfter = lengthBefore + item.itemBytesMax;
      if (itemCount === batchItemsMax || (lengthBefore > 0 && bytesAfter > batchBytesMax)) break;
      this.#queue.shift();
      this.#queuedBytes -= item.itemBytesMax;
      item.writeItem(writer);
      if (writer.length > lengthBefore) itemCount += 1;
    }
    const batch = writer.finish();
    this.#capacityBytes = capacityAfter(this.#capacityBytes, batch.byteLength, this.#limits);
    return batch;
  }
}

const EMPTY = Buffer.alloc(0);

/** Follows the batches' size up at once and down slowly, so that a buffer seldom has to grow. */
function capacityAfter(capacityBytes: number, batchBytes: number, limits: BatchLimits): number {
  const next = Math.max(batchBytes, Math.floor(capacityBytes * 0.9));
  return Math.min(limits.batchBytesMax, Math.max(CAPACITY_BYTES_MIN, next));
}
