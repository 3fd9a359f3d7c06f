/** The obvious store: a map from ids to the write with the highest version, and no cleverness. */
import fc from 'fast-check';
import { DIGEST_BUCKET_COUNT, hash64, hash64Bytes } from '../../src/base/hash64.js';
import { makeVersion, type Version } from '../../src/base/version.js';
import type { WriteOp, WriteResult } from '../../src/wire/link-messages.js';
import { packVector } from '../../src/wire/vector-codec.js';

type Upsert = WriteOp & { kind: 'upsert' };

export type StoreStep =
  | { kind: 'write'; calls: { version: Version; ops: WriteOp[] }[] }
  | { kind: 'purge'; beforeWallMs: number }
  | { kind: 'reopen' };

export interface NaiveStore {
  write(version: Version, ops: readonly WriteOp[]): WriteResult[];
  purge(beforeWallMs: number): number;
  /** In the order of their ids' bytes; the value is the first element of the vector. */
  documents(): { id: string; version: Version; value: number }[];
  digest(): BigUint64Array;
}

/** A document of two dimensions that tells by `value` which write it is of. */
export function upsert(id: string, value: number): Upsert {
  return {
    kind: 'upsert',
    id,
    vector: packVector(Float32Array.of(value, 0.5)),
    text: Buffer.from(`text ${value}`),
    metadata: Buffer.from(`metadata ${value}`),
  };
}

export function deletion(id: string): WriteOp {
  return { kind: 'delete', id };
}

export function naiveStore(): NaiveStore {
  const held = new Map<string, { version: Version; op: WriteOp }>();
  return {
    write(version, ops) {
      const before = new Map(held);
      return ops.map((op, index) => {
        const old = before.get(op.id);
        const existed = old?.op.kind === 'upsert';
        const isLast = !ops.slice(index + 1).some((later) => later.id === op.id);
        if (old !== undefined && old.version > version) {
          return { isApplied: false, existed, version: old.version };
        }
        if (isLast && old?.version !== version) held.set(op.id, { version, op });
        return { isApplied: true, existed, version };
      });
    },
    purge(beforeWallMs) {
      const old = [...held].filter(
        ([, { version, op }]) => op.kind === 'delete' && version < makeVersion(beforeWallMs, 0, 0),
      );
      for (const [id] of old) held.delete(id);
      return old.length;
    },
    documents() {
      return [...held]
        .flatMap(([id, { version, op }]) =>
          op.kind === 'upsert' ? [{ id, version, value: firstElement(op) }] : [],
        )
        .sort((a, b) => Buffer.compare(Buffer.from(a.id), Buffer.from(b.id)));
    },
    digest() {
      const digest = new BigUint64Array(DIGEST_BUCKET_COUNT);
      for (const [id, { version, op }] of held) {
        const kind = op.kind === 'upsert' ? '01' : '02';
        const bytes = Buffer.from(kind + version.toString(16).padStart(20, '0'), 'hex');
        const bucket = Number(hash64(id) % BigInt(DIGEST_BUCKET_COUNT));
        digest[bucket] =
          (digest[bucket] as bigint) ^ hash64Bytes(Buffer.concat([bytes, Buffer.from(id)]));
      }
      return digest;
    },
  };
}

function firstElement(op: Upsert): number {
  return new DataView(op.vector.buffer, op.vector.byteOffset).getFloat32(0, true);
}

const ids = ['a', 'b', 'a\0', 'é', '\uffff', '\u{10000}', 'x'.repeat(512), '\0', 'c', 'd'];
const opArbitrary: fc.Arbitrary<WriteOp> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.tuple(fc.constantFrom(...ids), fc.nat(1_000)).map((p) => upsert(...p)),
  },
  { weight: 1, arbitrary: fc.constantFrom(...ids).map(deletion) },
);
const callArbitrary = fc.record({
  version: fc.integer({ min: 1, max: 30 }).map((wallMs) => makeVersion(wallMs, 0, 0)),
  ops: fc.array(opArbitrary, { maxLength: 5 }),
});

/** Writes, some of them at once, purges and restarts. */
export const stepsArbitrary: fc.Arbitrary<StoreStep[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .array(callArbitrary, { minLength: 1, maxLength: 4 })
        .map((calls): StoreStep => ({ kind: 'write', calls })),
    },
    {
      weight: 1,
      arbitrary: fc
        .integer({ min: 1, max: 40 })
        .map((beforeWallMs): StoreStep => ({ kind: 'purge', beforeWallMs })),
    },
    { weight: 1, arbitrary: fc.constant<StoreStep>({ kind: 'reopen' }) },
  ),
  { maxLength: 12 },
);
