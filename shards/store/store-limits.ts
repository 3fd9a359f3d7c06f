/** What callers of a store must keep to, whatever the adapter: violations are bugs of the caller. */
import { invariant } from '../../src/base/invariant.js';
import type { WriteOp } from '../../src/wire/link-messages.js';
import { FLOAT_BYTES } from '../../src/wire/vector-codec.js';
import { ID_BYTES_MAX } from './key-layout.js';
import type { AbsorbedEntry } from './partition-store.js';

/** Operations in one write. LMDB would block the event loop from about 300,000 queued entries on. */
export const WRITE_OPS_MAX = 10_000;
/** More tombstones than any store has. */
export const ALL_TOMBSTONES = 2 ** 31 - 1;
/** Tombstones that one commit forgets. */
export const PURGE_LIMIT = 1_000;

export function checkOps(ops: readonly (WriteOp | AbsorbedEntry)[], dimension: number): void {
  invariant(ops.length <= WRITE_OPS_MAX, `${ops.length} operations in one write`);
  for (const op of ops) {
    const idBytes = Buffer.byteLength(op.id);
    invariant(idBytes >= 1 && idBytes <= ID_BYTES_MAX, `an id of ${idBytes} bytes`);
    if (op.kind !== 'upsert') continue;
    const { byteLength } = op.vector;
    invariant(byteLength === dimension * FLOAT_BYTES, `a vector of ${byteLength} bytes`);
  }
}
