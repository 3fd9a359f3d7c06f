import type { Move__Output } from '../wire/generated/annulus/v1/Move.js';
import type { PlanMovesResponse__Output } from '../wire/generated/annulus/v1/PlanMovesResponse.js';
import type { Move, MoveCause, MovePlan, MoveState } from './move-types.js';

const CAUSES: Record<string, MoveCause> = {
  MOVE_CAUSE_LOST: 'lost',
  MOVE_CAUSE_COPIES: 'copies',
  MOVE_CAUSE_DRAIN: 'drain',
  MOVE_CAUSE_REPLACE: 'replace',
  MOVE_CAUSE_BALANCE: 'balance',
  MOVE_CAUSE_SPLIT: 'split',
};

const STATES: Record<string, MoveState> = {
  MOVE_STATE_WAITING: 'waiting',
  MOVE_STATE_COPYING: 'copying',
  MOVE_STATE_IN_SYNC: 'in_sync',
  MOVE_STATE_DONE: 'done',
  MOVE_STATE_CANCELLED: 'cancelled',
};

export function decodeMove(message: Move__Output): Move {
  const { collection, partition, fromNodeId, toNodeId, progressRatio, waitReason } = message;
  return {
    ...{ collection, partition, fromNodeId, toNodeId },
    cause: CAUSES[message.cause] ?? 'unknown',
    state: STATES[message.state] ?? 'unknown',
    ...{ waitReason, progressRatio },
    documentsTotal: Number(message.documentsTotal),
    bytesMoved: Number(message.bytesMoved),
    bytesTotal: Number(message.bytesTotal),
    bytesPerSecond: Number(message.bytesPerSecond),
    ...(message.etaSeconds === undefined ? {} : { etaSeconds: message.etaSeconds }),
  };
}

export function decodePlan(message: PlanMovesResponse__Output): MovePlan {
  const { imbalanceRatio, imbalanceRatioAfter, estimatedSeconds, partitionsShort } = message;
  return {
    moves: message.moves.map(decodeMove),
    bytesTotal: Number(message.bytesTotal),
    ...{ estimatedSeconds, imbalanceRatio, imbalanceRatioAfter, partitionsShort },
  };
}
