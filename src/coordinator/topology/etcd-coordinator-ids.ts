/**
 * Numbers of coordinators, which break ties between versions: two that are alive must never have the
 * same, and one that etcd does not hear of may well be alive. So a number is given once and for all to
 * a holder, which keeps its name in its folder, and is its own again after a restart.
 */
import type { EtcdCells } from './etcd-cells.js';
import { TopologyStoreError } from './topology-store.js';

const HOLDERS = 'coordinators/';
const NEXT = 'next-coordinator';
const ID_MAX = 65_535;
const ATTEMPTS_MAX = 64;

export async function claimCoordinatorId(cells: EtcdCells, holder: string): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const held = await cells.read(HOLDERS + holder);
    if (held !== undefined) return Number(held.text);
    const next = await cells.read(NEXT);
    const id = next === undefined ? 0 : Number(next.text);
    if (id > ID_MAX) {
      throw new TopologyStoreError('failed', 'etcd has given all 65,536 numbers of coordinators');
    }
    // One transaction: it cannot be given without being kept.
    const puts = new Map([
      [NEXT, String(id + 1)],
      [HOLDERS + holder, String(id)],
    ]);
    const expect = [
      { key: NEXT, revision: next?.revision ?? 0 },
      { key: HOLDERS + holder, revision: 0 },
    ];
    await cells.change({ expect, puts, deletes: [] });
  }
  throw new TopologyStoreError('unavailable', 'coordinators were numbered again and again');
}
