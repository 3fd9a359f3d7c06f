/** Moves as the public API spells them. */
import type { Move } from '../../wire/generated/annulus/v1/Move.js';
import type { PlanMovesResponse } from '../../wire/generated/annulus/v1/PlanMovesResponse.js';
import type { MovePlan } from '../moves/move-plan.js';
import type { MoveReport } from '../moves/move-tracker.js';
import { hasTarget } from '../moves/move-waits.js';
import type { MoveCause } from '../topology/topology.js';

const CAUSES = {
  lost: 'MOVE_CAUSE_LOST',
  copies: 'MOVE_CAUSE_COPIES',
  drain: 'MOVE_CAUSE_DRAIN',
  replace: 'MOVE_CAUSE_REPLACE',
  balance: 'MOVE_CAUSE_BALANCE',
  split: 'MOVE_CAUSE_SPLIT',
} as const satisfies Record<MoveCause, string>;

const STATES = {
  waiting: 'MOVE_STATE_WAITING',
  copying: 'MOVE_STATE_COPYING',
  in_sync: 'MOVE_STATE_IN_SYNC',
} as const;

export function moveMessage(report: MoveReport): Move {
  const message: Move = {
    collection: report.collection,
    partition: report.ref.partition,
    fromNodeId: report.from ?? '',
    toNodeId: hasTarget(report) ? report.ref.nodeId : '',
    progressRatio: report.progressRatio,
    bytesMoved: report.bytesMoved,
    bytesTotal: report.bytesTotal,
    cause: CAUSES[report.cause],
    state: STATES[report.state],
    waitReason: report.waitReason ?? '',
    documentsTotal: report.documentsTotal,
    bytesPerSecond: report.bytesPerSecond,
  };
  if (report.etaMs !== undefined) message.etaSeconds = report.etaMs / 1000;
  return message;
}

export function planMessage(plan: MovePlan): PlanMovesResponse {
  return {
    moves: plan.moves.map(({ ref, from, cause, collection, documents, bytes }) => ({
      collection,
      partition: ref.partition,
      fromNodeId: from ?? '',
      toNodeId: ref.nodeId,
      cause: CAUSES[cause],
      state: 'MOVE_STATE_WAITING',
      bytesTotal: bytes,
      documentsTotal: documents,
    })),
    bytesTotal: plan.bytesTotal,
    estimatedSeconds: plan.estimatedMs / 1000,
    imbalanceRatio: plan.imbalanceRatio,
    imbalanceRatioAfter: plan.imbalanceRatioAfter,
    partitionsShort: plan.partitionsShort,
  };
}
