import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteWriter } from '../../../src/wire/bytes.js';
import { publicPackageDefinition } from '../../../src/wire/proto-package.js';
import {
  elementBytesMax,
  onlyElement,
  searchElementBytesMax,
  writeElement,
  writeSearchElement,
} from '../../../src/wire/search-stream-codec.js';

/** The twin: proto-loader's codec of whole messages. */
interface Method {
  requestSerialize(message: object): Buffer;
  requestDeserialize(bytes: Buffer): object;
  responseSerialize(message: object): Buffer;
}
const methods = publicPackageDefinition['annulus.v1.Annulus'] as unknown as Record<string, Method>;
const { Search: one, SearchBatchStream: batch } = methods as Record<string, Method> as {
  Search: Method;
  SearchBatchStream: Method;
};

const timeoutMs = fc.integer({ min: 1, max: 2 ** 32 - 1 });
const search = fc.record({ collection: fc.string({ maxLength: 200 }) });
const requestId = fc.string({ unit: 'binary', minLength: 1, maxLength: 200 });

describe('messages of search streams', () => {
  it('made of searches one by one are what the general codec makes of all at once', () => {
    const searches = fc.array(fc.record({ search, requestId, timeoutMs }), { maxLength: 5 });
    fc.assert(
      fc.property(searches, (all) => {
        const writer = new ByteWriter();
        for (const { search, requestId, timeoutMs } of all) {
          const encoded = one.requestSerialize(search);
          const bytesMax = searchElementBytesMax(encoded, requestId);
          const before = writer.length;
          writeSearchElement(writer, encoded, requestId, timeoutMs);
          expect(writer.length - before).toBeLessThanOrEqual(bytesMax);
        }
        const whole = all.map(({ search, ...rest }) => ({ ...search, ...rest }));
        expect(writer.finish()).toEqual(batch.requestSerialize({ searches: whole }));
      }),
    );
  });

  it('made of answers one by one are what the general codec makes of all at once', () => {
    const answer = fc.record({ requestId: fc.string({ maxLength: 20_000, minLength: 1 }) });
    fc.assert(
      fc.property(fc.array(answer, { maxLength: 3 }), (responses) => {
        const writer = new ByteWriter();
        for (const response of responses) {
          const encoded = one.responseSerialize(response);
          const before = writer.length;
          writeElement(writer, encoded);
          expect(writer.length - before).toBeLessThanOrEqual(elementBytesMax(encoded));
        }
        expect(writer.finish()).toEqual(batch.responseSerialize({ responses }));
      }),
    );
  });

  it('with one element give it back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20_000 }), (bytes) => {
        const writer = new ByteWriter();
        writeElement(writer, bytes);
        expect(onlyElement(writer.finish())).toEqual(Buffer.from(bytes));
      }),
    );
  });
});
