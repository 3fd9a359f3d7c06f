import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scoreOfDistance } from '../../../src/base/metric.js';
import { NO_VERSION } from '../../../src/base/version.js';
import { MalformedBytes } from '../../../src/wire/bytes.js';
import { decodeMetadata, encodeMetadata } from '../../../src/wire/metadata-codec.js';
import { annulusV1, publicPackageDefinition } from '../../../src/wire/proto-package.js';
import {
  encodeSearchAnswer,
  type SearchAnswerMessage,
} from '../../../src/wire/search-answer-codec.js';

/** The twin: proto-loader's codec of an answer that was first made into a message. */
interface Method {
  responseSerialize(message: object): Buffer;
  responseDeserialize(bytes: Buffer): object;
}
const twin = (publicPackageDefinition['annulus.v1.Annulus'] as unknown as Record<string, Method>)
  .Search as Method;

interface Given extends Omit<SearchAnswerMessage, 'explain'> {
  explain?: { totalMs: number; askedAgain: number[] };
}

function answerOf({ explain, ...rest }: Given): SearchAnswerMessage {
  return explain === undefined ? rest : { ...rest, explain: annulusV1.Explain.serialize(explain) };
}

function messageOf(answer: Given): object {
  const { metric, ...rest } = answer;
  const hits = answer.hits.map(({ id, distance, text, metadata, vector }) => ({
    id,
    score: scoreOfDistance(metric, distance),
    ...(text === undefined ? {} : { text: Buffer.from(text).toString() }),
    ...(metadata === undefined ? {} : { metadata: decodeMetadata(metadata) }),
    ...(vector === undefined ? {} : { vector: { packed: Buffer.from(vector) } }),
  }));
  return { ...rest, hits };
}

const text = fc.string({ unit: 'grapheme', maxLength: 60 });
const count = fc.oneof(fc.nat(300), fc.maxSafeNat());
const value = fc.oneof(
  fc.record({ stringValue: fc.string({ maxLength: 200 }) }),
  fc.record({ numberValue: fc.double({ noNaN: true }) }),
  fc.record({ stringList: fc.record({ values: fc.array(text, { maxLength: 3 }) }) }),
);
const key = text.filter((name) => name !== '__proto__');
const metadata = fc.dictionary(key, value, { maxKeys: 4 }).map(encodeMetadata);
const hit = fc
  .record(
    {
      id: text,
      distance: fc.double({ noNaN: true }),
      text: text.map((shown) => Buffer.from(shown)),
      metadata,
      vector: fc.uint8Array({ maxLength: 300 }),
    },
    { requiredKeys: ['id', 'distance'] },
  )
  .map((fields) => ({ version: NO_VERSION, ...fields }));
const explain = fc.record({
  totalMs: fc.double({ noNaN: true }),
  askedAgain: fc.array(fc.nat(9), { maxLength: 2 }),
});
const missing = fc.record({ partition: fc.nat(4_095), reason: fc.constant('timed_out') });
const answer = fc.record(
  {
    hits: fc.array(hit, { maxLength: 6 }),
    metric: fc.constantFrom('cosine' as const, 'dot' as const, 'l2' as const),
    coverage: fc.record({
      partitionsTotal: fc.nat(4_096),
      partitionsSearched: fc.nat(4_096),
      documentsTotal: count,
      documentsSearched: count,
      missing: fc.array(missing, { maxLength: 3 }),
      topologyStaleMs: fc.nat(100_000),
    }),
    requestId: text,
    explain,
  },
  { requiredKeys: ['hits', 'metric', 'coverage', 'requestId'] },
);

describe('answers written at once', () => {
  it('are what the general codec makes of them, byte by byte', () => {
    fc.assert(
      fc.property(answer, (given) => {
        const expected = twin.responseSerialize(messageOf(given as Given));
        const actual = encodeSearchAnswer(answerOf(given as Given));
        const read = twin.responseDeserialize(actual);
        expect(read).toEqual(twin.responseDeserialize(expected));
        // Keys that look like numbers change places in a plain object: nothing else does.
        expect(actual).toHaveLength(expected.length);
        const hasMetadata = given.hits.some((one) => one.metadata !== undefined);
        if (!hasMetadata) expect(actual).toEqual(expected);
      }),
    );
  });

  it('are refused when the metadata of a hit is cut or none at all', () => {
    const stored = encodeMetadata({ rank: { numberValue: 1 } });
    const coverage = {
      ...{ partitionsTotal: 1, partitionsSearched: 1, documentsTotal: 1, documentsSearched: 1 },
      ...{ missing: [], topologyStaleMs: 0 },
    };
    for (const bytes of [stored.subarray(0, 5), stored.subarray(0, 1), Buffer.from([7, 0])]) {
      const hits = [{ id: 'a', distance: 0, version: NO_VERSION, metadata: bytes }];
      expect(() => encodeSearchAnswer({ hits, metric: 'dot', coverage, requestId: '' })).toThrow(
        MalformedBytes,
      );
    }
  });
});
