/**
 * Which moves begin now, of those that are wanted: the most urgent first, as long as there are slots,
 * and one of a partition at a time.
 */
import type { NodeId } from '../../base/ids.js';
import type { MoveCause, PartitionEntry } from '../topology/topology.js';
import type { MoveInputs, MoveStep, WantedMove } from './move-controller.js';
import { isRepair, MoveSlots } from './move-slots.js';
import { reasonToWait, type WaitingMove } from './move-waits.js';

export interface Candidate extends WantedMove {
  entry: PartitionEntry;
  /** Of the partition, while this is not done. */
  inSyncCount: number;
  isLacking: boolean;
}

/** Adds the steps for those that can begin; the others wait. */
export function beginMoves(
  inputs: MoveInputs,
  steps: MoveStep[],
  candidates: Candidate[],
): WaitingMove[] {
  const isUp = (nodeId: NodeId) => inputs.node(nodeId)?.isUp === true;
  const slots = new MoveSlots(inputs.topology, inputs.options, isUp);
  const waiting: WaitingMove[] = [];
  const begun = new Set<string>();
  for (const candidate of candidates.sort(byUrgency)) {
    const { entry, ref, from, cause, inSyncCount: inSyncMin, isLacking } = candidate;
    const key = `${ref.collectionId}/${ref.partition}`;
    const isPatient = cause === 'balance' && isLacking;
    const blocked =
      reasonToWait(inputs, entry, ref.nodeId) ?? (isPatient ? 'redundancy_first' : undefined);
    // One step of a partition at a time: the second would meet another generation.
    const hasSlot = blocked === undefined && !begun.has(key) && slots.take(cause, ref.nodeId);
    if (!hasSlot) {
      waiting.push({ ref, from, cause, reason: blocked ?? 'slots' });
      continue;
    }
    begun.add(key);
    steps.push({ kind: 'begin', ref, from, cause, generation: entry.generation, inSyncMin });
  }
  return waiting;
}

const URGENCY: Record<MoveCause, number> = {
  lost: 0,
  copies: 0,
  replace: 1,
  drain: 1,
  balance: 2,
  split: 2,
};

function byUrgency(a: Candidate, b: Candidate): number {
  const byCause = URGENCY[a.cause] - URGENCY[b.cause];
  return byCause !== 0 || !isRepair(a.cause) ? byCause : a.inSyncCount - b.inSyncCount;
}
