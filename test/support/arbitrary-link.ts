/** Arbitrary messages of the link, for property tests. */
import fc from 'fast-check';
import type { PartStatus } from '../../src/base/errors.js';
import { collectionId } from '../../src/base/ids.js';
import type {
  LinkReply,
  LinkRequest,
  NodeLoad,
  RecoveryPhase,
  ReplicaCondition,
  WriteOp,
} from '../../src/wire/link-messages.js';

const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const id = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
const collection = text.map(collectionId);
const partition = fc.integer({ min: 0, max: 4095 });
const whole = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const u32 = fc.integer({ min: 0, max: 0xffffffff });
const version = fc.bigInt({ min: 0n, max: (1n << 80n) - 1n });
const bytes = fc.uint8Array({ maxLength: 24 }).map((array) => Buffer.from(array));
const floats = fc.float32Array({ maxLength: 12, noNaN: true });
const packed = floats.map((vector) => Buffer.from(vector.buffer));
const durationMs = fc.float({ min: 0, noNaN: true, noDefaultInfinity: true });
const status = fc.constantFrom<PartStatus[]>(
  'ok',
  'timed_out',
  'unavailable',
  'rejected',
  'cancelled',
  'corrupt',
  'missing',
  'stale_generation',
  'too_large',
  'unknown_generation',
  'storage_full',
);
const recovery = fc.record({
  generation: fc.nat(),
  phase: fc.constantFrom<RecoveryPhase[]>('waiting', 'comparing', 'copying', 'equal'),
  rowCount: fc.nat(),
  byteCount: fc.nat(),
  idleRoundCount: fc.nat(),
});
const condition = fc.constantFrom<ReplicaCondition[]>(
  ...(['open', 'loading', 'missing', 'corrupt', 'failed', 'full'] as const),
);

const several = <T>(element: fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
  fc.array(element, { maxLength: 4 });
const kind = <K extends string>(name: K): fc.Arbitrary<K> => fc.constant(name);

const target = { partition, generation: whole };

export const arbitraryRequest: fc.Arbitrary<LinkRequest> = fc.oneof(
  fc.record({
    kind: kind('search'),
    collection,
    vector: floats,
    exact: fc.boolean(),
    includeText: fc.boolean(),
    includeMetadata: fc.boolean(),
    includeVector: fc.boolean(),
    targets: several(fc.record({ ...target, k: u32, ef: u32 })),
  }),
  fc.record({
    kind: kind('get'),
    collection,
    includeVector: fc.boolean(),
    targets: several(fc.record({ ...target, ids: several(id) })),
  }),
  fc.record({
    kind: kind('list'),
    collection,
    afterId: text,
    limit: u32,
    includeVector: fc.boolean(),
    targets: several(fc.record(target)),
  }),
  fc.record({ kind: kind('count'), collection, targets: several(fc.record(target)) }),
  fc.record({
    kind: kind('write'),
    collection,
    targets: several(fc.record({ ...target, version, ops: bytes })),
  }),
  fc.record({ kind: kind('heartbeat') }),
);

const hit = fc.record(
  {
    id,
    distance: fc.double({ noNaN: true }),
    version,
    text: bytes,
    metadata: bytes,
    vector: packed,
  },
  { requiredKeys: ['id', 'distance', 'version'] },
);
const document = fc.record({ id, version, vector: packed, text: bytes, metadata: bytes });
const documentsTarget = fc.record({
  partition,
  status,
  documents: several(document),
  hasMore: fc.boolean(),
});
const writeResult = fc.record({ isApplied: fc.boolean(), existed: fc.boolean(), version });

export const arbitraryReply: fc.Arbitrary<LinkReply> = fc.oneof(
  fc.record({
    kind: kind('search'),
    targets: several(fc.record({ partition, status, hits: several(hit), documentCount: u32 })),
  }),
  fc.record({ kind: kind('get'), targets: several(documentsTarget) }),
  fc.record({ kind: kind('list'), targets: several(documentsTarget) }),
  fc.record({
    kind: kind('count'),
    targets: several(fc.record({ partition, status, documentCount: whole })),
  }),
  fc.record({
    kind: kind('write'),
    targets: several(fc.record({ partition, status, detail: text, results: several(writeResult) })),
  }),
  fc.record({
    kind: kind('heartbeat'),
    epoch: whole,
    replicas: several(
      fc.record(
        { collection, partition, condition, detail: text, documentCount: whole, recovery },
        { requiredKeys: ['collection', 'partition', 'condition', 'detail', 'documentCount'] },
      ),
    ),
  }),
  fc.record({ kind: kind('refused'), status, detail: text, retryAfterMs: durationMs }),
);

export const arbitraryLoad: fc.Arbitrary<NodeLoad> = fc.record({
  queueDepth: u32,
  queueMs: durationMs,
  serviceMs: durationMs,
  highestVersion: version,
});

export const arbitraryOps: fc.Arbitrary<WriteOp[]> = several(
  fc.oneof(
    fc.record({ kind: kind('upsert'), id, vector: packed, text: bytes, metadata: bytes }),
    fc.record({ kind: kind('delete'), id }),
  ),
);
