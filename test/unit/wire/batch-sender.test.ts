import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type BatchLimits,
  BatchSender,
  defaultBatchLimits,
  type OutgoingItem,
} from '../../../src/wire/batch-sender.js';
import type { ByteWriter } from '../../../src/wire/bytes.js';

/** A connection that takes a batch when the test says so. */
class ManualConnection {
  readonly batches: string[] = [];
  #onTaken: (() => void) | undefined;

  readonly write = (items: Buffer, onTaken: () => void): void => {
    expect(this.#onTaken).toBeUndefined();
    this.batches.push(items.toString());
    this.#onTaken = onTaken;
  };

  take(): void {
    const onTaken = this.#onTaken;
    this.#onTaken = undefined;
    onTaken?.();
  }
}

class TextItem implements OutgoingItem {
  readonly itemBytesMax: number;
  text: string;

  constructor(text: string) {
    this.text = text;
    this.itemBytesMax = text.length;
  }

  writeItem(writer: ByteWriter): void {
    writer.raw(Buffer.from(this.text));
  }
}

function senderTo(connection: ManualConnection, limits: Partial<BatchLimits> = {}): BatchSender {
  return new BatchSender(connection.write, { ...defaultBatchLimits, ...limits });
}
const endOfTick = (): Promise<void> => Promise.resolve();

describe('batches', () => {
  test('carry together what is sent in one tick', async () => {
    const connection = new ManualConnection();
    const sender = senderTo(connection);
    for (const text of ['a', 'b', 'c']) sender.send(new TextItem(text));
    expect(connection.batches).toEqual([]);
    await endOfTick();
    expect(connection.batches).toEqual(['abc']);
  });

  test('carry together what is sent while the last one was on its way', async () => {
    const connection = new ManualConnection();
    const sender = senderTo(connection);
    for (const text of ['a', 'b', 'c']) {
      sender.send(new TextItem(text));
      await endOfTick();
    }
    expect(connection.batches).toEqual(['a']);
    connection.take();
    expect(connection.batches).toEqual(['a', 'bc']);
    connection.take();
    sender.send(new TextItem('d'));
    await endOfTick();
    expect(connection.batches).toEqual(['a', 'bc', 'd']);
  });

  test('keep the order, lose nothing and stay within their limit, but for a larger item', async () => {
    const text = fc.string({ minLength: 1, maxLength: 30, unit: fc.constantFrom('a', 'b') });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(text, fc.boolean())), async (steps) => {
        const connection = new ManualConnection();
        const sender = senderTo(connection, { batchBytesMax: 20 });
        for (const [item, takes] of steps) {
          sender.send(new TextItem(item));
          await endOfTick();
          if (takes) connection.take();
        }
        while (sender.queuedBytes > 0) connection.take();
        expect(connection.batches.join('')).toBe(steps.map(([item]) => item).join(''));
        const items = new Set(steps.map(([item]) => item));
        for (const batch of connection.batches) {
          expect(batch.length <= 20 || items.has(batch)).toBe(true);
        }
      }),
    );
  });

  test('leave out an item that writes nothing any more', async () => {
    const connection = new ManualConnection();
    const sender = senderTo(connection);
    const withdrawn = new TextItem('b');
    for (const item of [new TextItem('a'), withdrawn]) sender.send(item);
    withdrawn.text = '';
    await endOfTick();
    connection.take();
    withdrawn.text = '';
    sender.send(withdrawn);
    await endOfTick();
    sender.send(new TextItem('c'));
    await endOfTick();
    expect(connection.batches).toEqual(['a', 'c']);
  });
});

describe('limits', () => {
  test('a batch has at most so many items; those that write nothing do not count', async () => {
    const connection = new ManualConnection();
    const sender = senderTo(connection, { batchItemsMax: 2 });
    for (const text of ['a', '', 'b', 'c']) sender.send(new TextItem(text));
    expect(sender.queuedCount).toBe(4);
    await endOfTick();
    expect(sender.queuedCount).toBe(1);
    connection.take();
    expect(connection.batches).toEqual(['ab', 'c']);
  });

  test('an item beyond the largest message is refused', () => {
    const sender = senderTo(new ManualConnection(), { itemBytesMax: 3 });
    expect(sender.send(new TextItem('abcd'))).toBe('too_large');
    expect(sender.send(new TextItem('abc'))).toBe('queued');
  });

  test('a full queue refuses, until the connection takes some of it', async () => {
    const connection = new ManualConnection();
    const sender = senderTo(connection, { queueItemsMax: 2, batchBytesMax: 1 });
    sender.send(new TextItem('a'));
    await endOfTick();
    const results = ['b', 'c', 'd'].map((text) => sender.send(new TextItem(text)));
    expect(results).toEqual(['queued', 'queued', 'full']);
    connection.take();
    expect(sender.send(new TextItem('e'))).toBe('queued');
  });

  test('the bytes that wait are bounded too, but for one item', () => {
    const sender = senderTo(new ManualConnection(), { queueBytesMax: 5 });
    expect(['abc', 'def', 'g'].map((text) => sender.send(new TextItem(text)))).toEqual([
      'queued',
      'queued',
      'full',
    ]);
    expect(sender.queuedBytes).toBe(6);
  });
});

test('says when nothing waits any more', async () => {
  const connection = new ManualConnection();
  let emptyCount = 0;
  const sender = new BatchSender(connection.write, defaultBatchLimits, () => {
    emptyCount += 1;
  });
  sender.send(new TextItem('a'));
  expect(emptyCount).toBe(0);
  await endOfTick();
  expect(emptyCount).toBe(1);
});

test('writes nothing after it is closed', async () => {
  const connection = new ManualConnection();
  const sender = senderTo(connection);
  sender.send(new TextItem('a'));
  sender.close();
  await endOfTick();
  expect(connection.batches).toEqual([]);
  expect(sender.queuedBytes).toBe(0);
});
