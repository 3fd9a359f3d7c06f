import { beginMove, cancelMove, dropSurplus, finishMove } from '../topology/move-transitions.js';
import { forceInSync } from '../topology/replica-transitions.js';
import type { Topology } from '../topology/topology.js';
import { removeNode, type TransitionResult } from '../topology/topology-transitions.js';
import type { MoveStep } from './move-controller.js';

/**
 * All steps as one change. Each is made only if it still holds for the topology that it meets; what
 * does not is left for the next round.
 */
export function applySteps(
  topology: Topology,
  steps: readonly MoveStep[],
  begunAtMs: number,
): TransitionResult {
  let current = topology;
  for (const step of steps) {
    const result = applyStep(current, step, begunAtMs);
    if (result.kind === 'changed') current = result.topology;
  }
  return { kind: current === topology ? 'unchanged' : 'changed', topology: current };
}

function applyStep(topology: Topology, step: MoveStep, begunAtMs: number): TransitionResult {
  switch (step.kind) {
    case 'begin': {
      if (topology.areMovesPaused) return { kind: 'unchanged', topology };
      const { ref, cause, from, generation, inSyncMin } = step;
      const move = { cause, begunAtMs, inSyncMin, ...(from === undefined ? {} : { from }) };
      return beginMove(topology, ref, generation, move);
    }
    case 'finish':
      return finishMove(topology, step.ref);
    case 'cancel':
      return cancelMove(topology, step.ref);
    case 'drop':
      return dropSurplus(topology, step.ref);
    case 'adopt': {
      const { collectionId, partition } = step.ref;
      const entry = topology.collections.get(collectionId)?.partitions[partition];
      const hasInSync = entry?.replicas.some(({ state }) => state === 'in_sync') ?? true;
      return hasInSync ? { kind: 'unchanged', topology } : forceInSync(topology, step.ref);
    }
    case 'forget':
      return removeNode(topology, step.nodeId);
  }
}
