import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  annulusV1,
  packageDefinition,
  publicPackageDefinition,
} from '../../../src/wire/proto-package.js';

/** The twin: proto-loader's own codecs. */
interface Method {
  requestSerialize(message: object): Buffer;
  requestDeserialize(bytes: Buffer): object;
  responseSerialize(message: object): Buffer;
  responseDeserialize(bytes: Buffer): object;
}
type Methods = Record<string, Method>;
const directMethods = packageDefinition['annulus.v1.Annulus'] as unknown as Methods;
const twinMethods = publicPackageDefinition['annulus.v1.Annulus'] as unknown as Methods;
const direct = directMethods.Search as Method;
const twin = twinMethods.Search as Method;
const directBatch = directMethods.SearchBatchStream as Method;
const batchTwin = twinMethods.SearchBatchStream as Method;

const text = fc.string({ unit: 'binary', maxLength: 20 });
const number = fc.double({ noNaN: true });
const uint32 = fc.nat(2 ** 32 - 1);
const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array));
const value = fc.oneof(
  fc.record({ stringValue: text }),
  fc.record({ numberValue: number }),
  fc.record({ boolValue: fc.boolean() }),
  fc.record({ stringList: fc.record({ values: fc.array(text, { maxLength: 3 }) }) }),
);
const vector = fc.oneof(
  fc.record({ packed: bytes }),
  fc.record({
    floats: fc.record({ values: fc.array(fc.float({ noNaN: true }), { maxLength: 9 }) }),
  }),
);
const filter = fc.oneof(
  fc.record({ eq: fc.record({ key: text, value }) }),
  fc.record({ exists: fc.record({ key: text }) }),
);
const request = fc.record(
  {
    collection: text,
    vector,
    topK: uint32,
    efSearch: uint32,
    exact: fc.boolean(),
    filter,
    includeVector: fc.boolean(),
    includeText: fc.boolean(),
    includeMetadata: fc.boolean(),
    minCoverageRatio: number,
    routingKey: text,
    balancingPolicy: text,
    explain: fc.boolean(),
    requestId: text,
    timeoutMs: uint32,
  },
  { requiredKeys: [] },
);
const key = text.filter((name) => name !== '__proto__');
const hit = fc.record(
  { id: text, score: number, text, metadata: fc.dictionary(key, value, { maxKeys: 3 }), vector },
  { requiredKeys: ['id', 'score'] },
);
const response = fc.record(
  {
    hits: fc.array(hit, { maxLength: 4 }),
    coverage: fc.record({
      partitionsTotal: uint32,
      partitionsSearched: uint32,
      documentsTotal: fc.maxSafeNat(),
      documentsSearched: fc.maxSafeNat(),
      missing: fc.array(fc.record({ partition: uint32, reason: text }), { maxLength: 2 }),
    }),
    explain: fc.record({
      totalMs: number,
      partitionTopK: uint32,
      askedAgain: fc.array(uint32, { maxLength: 3 }),
      attempts: fc.array(fc.record({ nodeId: text, outcome: text, tookMs: number }), {
        maxLength: 2,
      }),
    }),
    requestId: text,
    error: fc.record({ code: fc.nat(16), message: text, reason: text }),
  },
  { requiredKeys: [] },
);

/** Every field that the twin has reads the same; what it lacks is unset. */
function expectSame(actual: unknown, expected: unknown): void {
  if (Buffer.isBuffer(expected) || typeof expected !== 'object' || expected === null) {
    expect(actual).toEqual(expected);
    return;
  }
  if (Array.isArray(expected)) expect(actual).toHaveLength(expected.length);
  const fields = expected as Record<string, unknown>;
  for (const name of Object.keys(fields)) {
    expectSame((actual as Record<string, unknown>)[name], fields[name]);
  }
  // What is inherited is read as well: defaults, and members of a oneof that are not set.
  for (const name in actual as object) {
    if (name === '$type') continue;
    const found = (actual as Record<string, unknown>)[name];
    if (fields[name] === undefined && typeof found !== 'function') {
      expect({ name, value: found ?? undefined }).toEqual({ name, value: undefined });
    }
  }
}

function outcomeOf(decode: () => object): object | undefined {
  try {
    return decode();
  } catch {
    return undefined;
  }
}

describe('direct codecs', () => {
  it('write requests as the general codec does, to the byte, and read them alike', () => {
    fc.assert(
      fc.property(request, (message) => {
        const encoded = twin.requestSerialize(message);
        expect(direct.requestSerialize(message)).toEqual(encoded);
        expectSame(direct.requestDeserialize(encoded), twin.requestDeserialize(encoded));
      }),
    );
  });

  it('write answers as the general codec does, to the byte, and read them alike', () => {
    fc.assert(
      fc.property(response, (message) => {
        const encoded = twin.responseSerialize(message);
        expect(direct.responseSerialize(message)).toEqual(encoded);
        expectSame(direct.responseDeserialize(encoded), twin.responseDeserialize(encoded));
      }),
    );
  });

  it('of batches do as the general codec does', () => {
    fc.assert(
      fc.property(
        fc.array(request, { maxLength: 3 }),
        fc.array(response, { maxLength: 3 }),
        (searches, responses) => {
          const questions = batchTwin.requestSerialize({ searches });
          expect(directBatch.requestSerialize({ searches })).toEqual(questions);
          expectSame(
            directBatch.requestDeserialize(questions),
            batchTwin.requestDeserialize(questions),
          );
          const answers = batchTwin.responseSerialize({ responses });
          expect(directBatch.responseSerialize({ responses })).toEqual(answers);
          expectSame(
            directBatch.responseDeserialize(answers),
            batchTwin.responseDeserialize(answers),
          );
        },
      ),
      { numRuns: 30 },
    );
  });

  it('pass on what is encoded already', () => {
    const encoded = twin.requestSerialize({ collection: 'docs' });
    expect(direct.requestSerialize(encoded)).toBe(encoded);
    expect(direct.responseSerialize(encoded)).toBe(encoded);
  });

  it('refuse what the general codec refuses, and read the rest alike', () => {
    const damage = fc.record({ at: fc.nat(200), byte: fc.nat(255), cut: fc.nat(200) });
    fc.assert(
      fc.property(request, damage, (message, { at, byte, cut }) => {
        const encoded = Buffer.from(twin.requestSerialize(message));
        if (at < encoded.length) encoded[at] = byte;
        const damaged = encoded.subarray(0, encoded.length - (cut % (encoded.length + 1)));
        const expected = outcomeOf(() => twin.requestDeserialize(damaged));
        const actual = outcomeOf(() => direct.requestDeserialize(damaged));
        expect(actual === undefined).toBe(expected === undefined);
        if (expected !== undefined) expectSame(actual, expected);
      }),
    );
  });

  it('are those of the client and of the server', () => {
    expect(annulusV1.Annulus.service.SearchStream.requestSerialize).toBe(
      (packageDefinition['annulus.v1.Annulus'] as unknown as Methods).SearchStream
        ?.requestSerialize,
    );
  });
});
