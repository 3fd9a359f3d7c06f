import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Value__Output } from '../../../src/wire/generated/annulus/v1/Value.js';
import { decodeMetadata, encodeMetadata } from '../../../src/wire/metadata-codec.js';
import { damagedBytes, throwsOnlyMalformed } from '../../support/damaged-bytes.js';

const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const value: fc.Arbitrary<Value__Output> = fc.oneof(
  text.map((stringValue): Value__Output => ({ stringValue, kind: 'stringValue' })),
  fc.double().map((numberValue): Value__Output => ({ numberValue, kind: 'numberValue' })),
  fc.boolean().map((boolValue): Value__Output => ({ boolValue, kind: 'boolValue' })),
  fc.array(text).map((values): Value__Output => ({ stringList: { values }, kind: 'stringList' })),
);
const entries = fc.dictionary(text, value, { noNullPrototype: true });

test('metadata comes back as it went in', () => {
  fc.assert(
    fc.property(entries, (metadata) => {
      expect(decodeMetadata(encodeMetadata(metadata))).toEqual(metadata);
    }),
  );
});

test('keys that mean something to JavaScript are keys like others', () => {
  const metadata = JSON.parse('{"__proto__": {"stringValue": "a"}, "constructor": {}}');
  const back = decodeMetadata(encodeMetadata(metadata));
  expect(Object.keys(back)).toEqual(['__proto__', 'constructor']);
  expect(Object.getPrototypeOf(back)).toBe(Object.prototype);
});

test('no entries are no bytes', () => {
  expect(encodeMetadata({}).byteLength).toBe(0);
  expect(decodeMetadata(new Uint8Array(0))).toEqual({});
});

test('damaged bytes are malformed or other metadata, never anything else', () => {
  fc.assert(
    fc.property(entries, damagedBytes, (metadata, damage) => {
      throwsOnlyMalformed(() => decodeMetadata(damage(encodeMetadata(metadata))));
    }),
    { numRuns: 1000 },
  );
});
