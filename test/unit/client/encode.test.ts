import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnnulusError } from '../../../src/base/errors.js';
import { decodeMetadata, decodeVector } from '../../../src/client/decode.js';
import {
  encodeCollection,
  encodeDocument,
  encodeFilter,
  encodeSearch,
  encodeVector,
} from '../../../src/client/encode.js';
import type { DocumentInput, Filter, MetadataValue } from '../../../src/client/types.js';
import type { UpsertRequest__Output } from '../../../src/wire/generated/annulus/v1/UpsertRequest.js';
import { annulusV1 } from '../../../src/wire/proto-package.js';

const { requestSerialize, requestDeserialize } = annulusV1.Annulus.service.Upsert;

function overTheWire(document: DocumentInput) {
  const { message } = encodeDocument('document', document);
  const bytes = requestSerialize({ collection: 'c', documents: [message] });
  const request: UpsertRequest__Output = requestDeserialize(bytes);
  const received = request.documents[0];
  if (received === undefined) throw new Error('no document arrived');
  return { received, byteCount: bytes.byteLength };
}

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof AnnulusError && error.reason === 'INVALID_FIELD') return error.message;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('encodeVector', () => {
  it('packs numbers as 32-bit floats, whichever way they are given', () => {
    const numbers = encodeVector('vector', [1, -2.5, 0.1]);
    const floats = encodeVector('vector', new Float32Array([1, -2.5, 0.1]));
    expect(numbers).toEqual(floats);
    const vector = {
      packed: Buffer.from(numbers.packed as Uint8Array),
      encoding: 'packed' as const,
    };
    expect(decodeVector(vector)).toEqual(new Float32Array([1, -2.5, 0.1]));
  });

  it('does not share memory with what it is given', () => {
    const given = new Float32Array([1, 2]);
    const { packed } = encodeVector('vector', given);
    given[0] = 9;
    expect(packed).toEqual(new Uint8Array(new Float32Array([1, 2]).buffer));
  });

  it.each<[string, unknown, string]>([
    ['a string', [1, '2'], 'vector[1] is "2"; it must be a number'],
    ['undefined', [undefined], 'vector[0] is undefined'],
    ['a hole', new Array(2), 'vector[0] is undefined'],
    ['null', [null], 'vector[0] is null'],
    ['a bigint', [1n], 'vector[0] is 1'],
    ['a boolean', [true], 'vector[0] is true'],
    ['NaN', [1, Number.NaN], 'vector[1] is NaN; it must be a finite number'],
    ['infinity', [Number.POSITIVE_INFINITY], 'vector[0] is Infinity'],
    ['a number past 32 bits', [1e300], 'vector[0] is 1e+300; it must be a finite number that fits'],
    ['NaN among floats', new Float32Array([Number.NaN]), 'vector[0] is NaN'],
    ['nothing', [], 'at least one number'],
    ['text', 'abc', 'vector is "abc"; it must be an array of numbers or a Float32Array'],
    ['other typed arrays', new Float64Array(3), 'it must be an array of numbers or a Float32Array'],
    ['an object with a length', { length: 1, 0: 1 }, 'it must be an array of numbers'],
    ['no vector', undefined, 'vector is undefined'],
  ])('refuses %s', (_what, vector, message) => {
    expect(refusal(() => encodeVector('vector', vector))).toContain(message);
  });
});

describe('encodeDocument', () => {
  it('carries metadata of every type, under any key, there and back', () => {
    const value = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.array(fc.string({ unit: 'binary' }), { maxLength: 3 }),
    );
    const name = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('__proto__', 'constructor', 'prototype', 'hasOwnProperty', 'toString'),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 8 }), (entries) => {
        const metadata = new Map<string, MetadataValue>(entries);
        const { received } = overTheWire({ id: 'a', vector: [1], metadata });
        const decoded = decodeMetadata(received.metadata);
        expect(Object.getPrototypeOf(decoded)).toBeNull();
        expect(new Map(Object.entries(decoded))).toEqual(metadata);
      }),
    );
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
  });

  it('estimates the size of a document within 64 bytes and a tenth', () => {
    const text = fc.string({ unit: 'binary', maxLength: 500 });
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 300 }), text, (body, dimension, value) => {
        const vector = Array.from({ length: dimension }, () => 1);
        const document = { id: 'a', vector, text: body, metadata: { key: value } };
        const { byteCount } = encodeDocument('document', document);
        const real = overTheWire(document).byteCount;
        expect(Math.abs(byteCount - real)).toBeLessThan(64 + real / 10);
      }),
    );
  });

  it.each<[string, object, string]>([
    ['a numeric id', { id: 7 }, 'document.id is 7; it must be a string'],
    ['an empty id', { id: '' }, 'document.id is ""'],
    ['half a surrogate pair', { id: 'a\ud800' }, 'well-formed Unicode'],
    ['text that is none', { text: 3 }, 'document.text is 3; it must be a string'],
    ['null text', { text: null }, 'document.text is null'],
    ['undefined metadata', { metadata: { a: undefined } }, 'document.metadata.a is undefined'],
    ['NaN in metadata', { metadata: { a: Number.NaN } }, 'document.metadata.a is NaN'],
    ['nested metadata', { metadata: { a: { b: 1 } } }, 'it must be a string, a number, a boolean'],
    ['mixed lists', { metadata: { a: ['x', 1] } }, 'document.metadata.a[1] is 1'],
    ['a bigint', { metadata: { a: 1n } }, 'document.metadata.a is 1'],
    ['a list as metadata', { metadata: ['a'] }, 'it must be an object or a Map'],
    ['a Map with other keys', { metadata: new Map([[1, 'a']]) }, 'document.metadata key is 1'],
  ])('refuses %s', (_what, change, message) => {
    const document = { id: 'a', vector: [1], ...change } as DocumentInput;
    expect(refusal(() => encodeDocument('document', document))).toContain(message);
  });

  it('refuses what is no document', () => {
    expect(refusal(() => encodeDocument('documents[3]', null as never))).toContain('documents[3]');
  });
});

describe('encodeSearch', () => {
  it('asks for ten hits and nothing else unless told otherwise', () => {
    expect(encodeSearch('', 'c', { vector: [1] })).toEqual({
      collection: 'c',
      vector: { packed: new Uint8Array(new Float32Array([1]).buffer) },
      topK: 10,
      efSearch: 0,
      exact: false,
      includeVector: false,
      includeText: false,
      includeMetadata: false,
      routingKey: '',
      balancingPolicy: '',
      explain: false,
    });
  });

  it.each<[object, string]>([
    [{ topK: 0 }, 'topK is 0; it must be a whole number from 1'],
    [{ topK: -1 }, 'topK is -1'],
    [{ topK: 1.5 }, 'topK is 1.5'],
    [{ topK: '10' }, 'topK is "10"'],
    [{ topK: 2 ** 32 }, 'topK is 4294967296'],
    [{ efSearch: Number.NaN }, 'efSearch is NaN'],
    [{ exact: 'no' }, 'exact is "no"; it must be true or false'],
    [{ minCoverageRatio: 1.1 }, 'minCoverageRatio is 1.1; it must be a number from 0 to 1'],
    [{ minCoverageRatio: Number.NaN }, 'minCoverageRatio is NaN'],
    [{ routingKey: 5 }, 'routingKey is 5'],
  ])('refuses %j', (change, message) => {
    expect(refusal(() => encodeSearch('', 'c', { vector: [1], ...change }))).toContain(message);
  });

  it('keeps a minimum coverage of 0 apart from none', () => {
    expect(encodeSearch('', 'c', { vector: [1], minCoverageRatio: 0 }).minCoverageRatio).toBe(0);
  });
});

describe('encodeFilter', () => {
  it('turns every kind into its message', () => {
    const filter: Filter = {
      and: [
        { eq: { key: 'a', value: 'x' } },
        { in: { key: 'b', values: [1, true] } },
        { or: [{ not: { exists: { key: 'c' } } }, { range: { key: 'd', gte: 1, lt: 2 } }] },
      ],
    };
    expect(encodeFilter('filter', filter)).toEqual({
      and: {
        filters: [
          { eq: { key: 'a', value: { stringValue: 'x' } } },
          { in: { key: 'b', values: [{ numberValue: 1 }, { boolValue: true }] } },
          {
            or: {
              filters: [{ not: { exists: { key: 'c' } } }, { range: { key: 'd', gte: 1, lt: 2 } }],
            },
          },
        ],
      },
    });
  });

  it('refuses two kinds at once, unknown kinds, and depths that are an attack', () => {
    const both = { exists: { key: 'a' }, and: [] } as unknown as Filter;
    expect(refusal(() => encodeFilter('filter', both))).toContain('of exactly one kind');
    const unknown = { near: { key: 'a' } } as unknown as Filter;
    expect(refusal(() => encodeFilter('filter', unknown))).toContain('one of eq, in, range');
    let deep: Filter = { and: [] };
    for (let i = 0; i < 10_000; i += 1) deep = { not: deep };
    expect(refusal(() => encodeFilter('filter', deep))).toContain('64 levels');
  });
});

describe('encodeCollection', () => {
  it('leaves what is absent to the server', () => {
    expect(encodeCollection({ name: 'docs', dimension: 3 })).toEqual({
      name: 'docs',
      dimension: 3,
      metric: 'METRIC_COSINE',
      partitions: 0,
      replicationFactor: 0,
      balancingPolicy: '',
      minInSync: 0,
      hnsw: { m: 0, efConstruction: 0 },
    });
  });

  it.each<[object, string]>([
    [{ dimension: '3' }, 'dimension is "3"'],
    [{ dimension: -3 }, 'dimension is -3'],
    [{ metric: 'euclid' }, 'metric is "euclid"; it must be one of cosine, dot, l2'],
    [{ partitions: 0.5 }, 'partitions is 0.5'],
    [{ hnsw: { m: -1 } }, 'hnsw.m is -1'],
  ])('refuses %j', (change, message) => {
    const input = { name: 'docs', dimension: 3, ...change };
    expect(refusal(() => encodeCollection(input as never))).toContain(message);
  });
});
