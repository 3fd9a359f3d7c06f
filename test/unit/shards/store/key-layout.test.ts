import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IdRecord } from '../../../../shards/store/id-record.js';
import * as layout from '../../../../shards/store/key-layout.js';
import { makeVersion } from '../../../../src/base/version.js';

const seqArbitrary = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const versionArbitrary = fc
  .tuple(fc.nat(2 ** 31), fc.nat(0xffff), fc.nat(0xffff))
  .map((parts) => makeVersion(...parts));
const recordArbitrary: fc.Arbitrary<IdRecord> = fc.record({
  kind: fc.constantFrom('row', 'tombstone'),
  version: versionArbitrary,
  seq: seqArbitrary,
});
const idArbitrary = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 });

function flipped(bytes: Uint8Array, position: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const bit = position % (copy.byteLength * 8);
  copy[bit >> 3] = (copy[bit >> 3] as number) ^ (1 << (bit & 7));
  return copy;
}

describe('keys', () => {
  it('of sequence numbers order as the numbers do', () => {
    fc.assert(
      fc.property(seqArbitrary, seqArbitrary, (a, b) => {
        const order = Buffer.compare(layout.encodeSeq(a), layout.encodeSeq(b));
        expect(order).toBe(Math.sign(a - b));
        expect(layout.decodeSeq(layout.encodeSeq(a))).toBe(a);
      }),
    );
  });

  it('of tombstones order by version, and give back version and id', () => {
    fc.assert(
      fc.property(versionArbitrary, versionArbitrary, idArbitrary, (a, b, id) => {
        const key = layout.encodeTombstoneKey(a, id);
        const decoded = layout.decodeTombstoneKey(key);
        expect(decoded?.version).toBe(a);
        expect(layout.decodeId(decoded?.idKey ?? Buffer.of())).toBe(id);
        if (a < b) expect(Buffer.compare(key, layout.encodeTombstoneKey(b, ''))).toBe(-1);
      }),
    );
  });
});

describe('small values', () => {
  it('give back id records, and refuse flipped bits and other keys', () => {
    fc.assert(
      fc.property(idArbitrary, recordArbitrary, fc.nat(), (id, record, position) => {
        const key = layout.encodeId(id);
        const value = layout.encodeIdRecord(key, record);
        expect(layout.decodeIdRecord(key, value)).toEqual(record);
        expect(layout.decodeIdRecord(key, flipped(value, position))).toBeUndefined();
        expect(layout.decodeIdRecord(layout.encodeId(`${id}x`), value)).toBeUndefined();
      }),
    );
  });

  it('give back the counters, and refuse flipped bits', () => {
    const stateArbitrary = fc.record({
      lastSeq: seqArbitrary,
      documentCount: seqArbitrary,
      tombstoneCount: seqArbitrary,
      highestVersion: versionArbitrary,
    });
    fc.assert(
      fc.property(stateArbitrary, fc.nat(), (state, position) => {
        const value = layout.encodeState(state);
        expect(layout.decodeState(value)).toEqual(state);
        expect(layout.decodeState(flipped(value, position))).toBeUndefined();
      }),
    );
  });

  it('give back the identity, and refuse flipped bits', () => {
    const identity = { format: 1, collection: 'c-1', partition: 7, dimension: 100 };
    const value = layout.encodeIdentity(identity);
    expect(layout.decodeIdentity(value)).toEqual(identity);
    for (let position = 0; position < value.byteLength * 8; position += 5) {
      expect(layout.decodeIdentity(flipped(value, position))).toBeUndefined();
    }
  });

  it('give back a digest chunk by chunk, and refuse a chunk in another place', () => {
    const digest = BigUint64Array.from({ length: 1024 }, (_, i) => BigInt(i) ** 6n);
    const found = new BigUint64Array(1024);
    for (let chunk = 0; chunk < layout.DIGEST_CHUNK_COUNT; chunk += 1) {
      const value = layout.encodeDigestChunk(digest, chunk);
      expect(layout.decodeDigestChunk(value, chunk, found)).toBe(true);
      expect(layout.decodeDigestChunk(value, (chunk + 1) % 16, found)).toBe(false);
      expect(layout.decodeDigestChunk(flipped(value, chunk * 91), chunk, found)).toBe(false);
    }
    expect(found).toEqual(digest);
  });
});
