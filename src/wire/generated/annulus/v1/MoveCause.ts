// Original file: proto/annulus/v1/cluster.proto

export const MoveCause = {
  MOVE_CAUSE_UNSPECIFIED: 'MOVE_CAUSE_UNSPECIFIED',
  MOVE_CAUSE_LOST: 'MOVE_CAUSE_LOST',
  MOVE_CAUSE_COPIES: 'MOVE_CAUSE_COPIES',
  MOVE_CAUSE_DRAIN: 'MOVE_CAUSE_DRAIN',
  MOVE_CAUSE_REPLACE: 'MOVE_CAUSE_REPLACE',
  MOVE_CAUSE_BALANCE: 'MOVE_CAUSE_BALANCE',
  MOVE_CAUSE_SPLIT: 'MOVE_CAUSE_SPLIT',
} as const;

export type MoveCause =
  | 'MOVE_CAUSE_UNSPECIFIED'
  | 0
  | 'MOVE_CAUSE_LOST'
  | 1
  | 'MOVE_CAUSE_COPIES'
  | 2
  | 'MOVE_CAUSE_DRAIN'
  | 3
  | 'MOVE_CAUSE_REPLACE'
  | 4
  | 'MOVE_CAUSE_BALANCE'
  | 5
  | 'MOVE_CAUSE_SPLIT'
  | 6

export type MoveCause__Output = typeof MoveCause[keyof typeof MoveCause]
