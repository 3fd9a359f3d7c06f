// Original file: proto/annulus/v1/cluster.proto

export const MoveState = {
  MOVE_STATE_UNSPECIFIED: 'MOVE_STATE_UNSPECIFIED',
  MOVE_STATE_WAITING: 'MOVE_STATE_WAITING',
  MOVE_STATE_COPYING: 'MOVE_STATE_COPYING',
  MOVE_STATE_IN_SYNC: 'MOVE_STATE_IN_SYNC',
  MOVE_STATE_DONE: 'MOVE_STATE_DONE',
  MOVE_STATE_CANCELLED: 'MOVE_STATE_CANCELLED',
} as const;

export type MoveState =
  | 'MOVE_STATE_UNSPECIFIED'
  | 0
  | 'MOVE_STATE_WAITING'
  | 1
  | 'MOVE_STATE_COPYING'
  | 2
  | 'MOVE_STATE_IN_SYNC'
  | 3
  | 'MOVE_STATE_DONE'
  | 4
  | 'MOVE_STATE_CANCELLED'
  | 5

export type MoveState__Output = typeof MoveState[keyof typeof MoveState]
