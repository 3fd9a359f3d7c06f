import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DIGEST_BUCKET_COUNT } from '../../../src/base/hash64.js';
import { collectionId, nodeId } from '../../../src/base/ids.js';
import { MalformedBytes } from '../../../src/wire/bytes.js';
import {
  decodeAnswer,
  decodeQuestion,
  documentBytes,
  encodeAnswer,
  encodeQuestion,
} from '../../../src/wire/recovery-codec.js';
import type { RecoveryAnswer, RecoveryQuestion } from '../../../src/wire/recovery-messages.js';
import { damagedBytes } from '../../support/damaged-bytes.js';

const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const whole = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const version = fc.bigInt({ min: 0n, max: (1n << 80n) - 1n });
const buffer = fc.uint8Array({ maxLength: 24 }).map((array) => Buffer.from(array));
const vector = fc
  .float32Array({ maxLength: 6, noNaN: true })
  .map((array) => Buffer.from(array.buffer));
const buckets = fc
  .uint8Array({ minLength: DIGEST_BUCKET_COUNT / 8, maxLength: DIGEST_BUCKET_COUNT / 8 })
  .map((array) => Buffer.from(array));
const graphId = fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }).map((value) => {
  return value.toString(16).padStart(32, '0');
});
const slice = fc
  .integer({ min: 0, max: 12 })
  .chain((bits) =>
    fc.nat({ max: 2 ** bits - 1 }).map((partition) => ({ partition, partitionCount: 2 ** bits })),
  );
const target = fc.record(
  {
    clusterId: text,
    nodeId: text.map(nodeId),
    collection: text.map(collectionId),
    partition: fc.nat({ max: 4095 }),
    generation: whole,
    slice,
  },
  { requiredKeys: ['clusterId', 'nodeId', 'collection', 'partition', 'generation'] },
);
const several = <T>(element: fc.Arbitrary<T>) => fc.array(element, { maxLength: 5 });
const kind = <K extends string>(name: K) => fc.constant(name);

const question: fc.Arbitrary<RecoveryQuestion> = fc.oneof(
  fc.record({ kind: kind('digest'), target, horizon: version }),
  fc.record({ kind: kind('entries'), target, horizon: version, buckets, afterId: text }),
  fc.record({ kind: kind('rows'), target, ids: several(text) }),
  fc.record({
    kind: kind('merge'),
    target,
    horizon: version,
    buckets,
    sourceNodeId: text.map(nodeId),
    sourceAddress: text,
  }),
  fc.record({ kind: kind('scan'), target, afterSeq: whole }),
  fc.record({ kind: kind('graph'), target }),
  fc.record({ kind: kind('graph_bytes'), target, graphId: text, offset: whole }),
);

const document = fc.record({ id: text, version, vector, text: buffer, metadata: buffer });
const entry = fc.record({
  id: text,
  kind: fc.constantFrom('document' as const, 'tombstone' as const),
  version,
});
const digest = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }).map((value) => {
  return new BigUint64Array(DIGEST_BUCKET_COUNT).map((_, i) => value ^ BigInt(i));
});
const status = fc.constantFrom(
  'not_yet' as const,
  'not_in_sync' as const,
  'wrong_node' as const,
  'missing' as const,
  'corrupt' as const,
  'unavailable' as const,
  'gone' as const,
);
const offer = fc.record({ graphId, manifestBytes: whole, payloadBytes: whole });

const answer: fc.Arbitrary<RecoveryAnswer> = fc.oneof(
  fc.record({ kind: kind('refused'), status, detail: text }),
  fc.record({ kind: kind('digest'), documentCount: whole, digest }),
  fc.record({
    kind: kind('entries'),
    entries: several(entry),
    throughId: text,
    isLast: fc.boolean(),
  }),
  fc.record({ kind: kind('rows'), documents: several(document), doneCount: fc.nat() }),
  fc.record({ kind: kind('merge'), rowCount: whole }),
  fc.record({
    kind: kind('scan'),
    documents: several(document),
    throughSeq: whole,
    isLast: fc.boolean(),
  }),
  fc.record({ kind: kind('graph'), offer: fc.option(offer, { nil: undefined }) }),
  fc.record({ kind: kind('graph_bytes'), bytes: buffer }),
);

describe('the Recovery stream’s bytes', () => {
  it('give back every question and every answer', () => {
    fc.assert(
      fc.property(question, (one) => {
        expect(decodeQuestion(encodeQuestion(one))).toEqual(one);
      }),
    );
    fc.assert(
      fc.property(answer, (one) => {
        expect(decodeAnswer(encodeAnswer(one))).toEqual(one);
      }),
    );
  });

  it('are malformed when anything of them is cut, turned over, added or noise', () => {
    const isRefused = (bytes: Uint8Array, decode: (bytes: Uint8Array) => unknown) => {
      expect(() => decode(bytes)).toThrow(MalformedBytes);
    };
    fc.assert(
      fc.property(question, damagedBytes, (one, damage) => {
        const bytes = encodeQuestion(one);
        const damaged = damage(bytes);
        if (!bytes.equals(damaged)) isRefused(damaged, decodeQuestion);
      }),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(answer, damagedBytes, (one, damage) => {
        const bytes = encodeAnswer(one);
        const damaged = damage(bytes);
        if (!bytes.equals(damaged)) isRefused(damaged, decodeAnswer);
      }),
      { numRuns: 500 },
    );
  });

  it('name no graph that could be another file’s name', () => {
    for (const name of ['../../etc/passwd', '', 'A'.repeat(32), `${'0'.repeat(31)}/`]) {
      const bytes = encodeAnswer({
        kind: 'graph',
        offer: { graphId: name, manifestBytes: 1, payloadBytes: 1 },
      });
      expect(() => decodeAnswer(bytes)).toThrow(MalformedBytes);
    }
  });

  it('of a document are no more than is counted for it', () => {
    fc.assert(
      fc.property(document, (one) => {
        const rows = (documents: (typeof one)[]) =>
          encodeAnswer({ kind: 'rows', documents, doneCount: 1 }).length;
        expect(rows([one]) - rows([])).toBeLessThanOrEqual(documentBytes(one));
      }),
    );
  });
});
