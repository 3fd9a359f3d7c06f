// Original file: proto/annulus/v1/cluster.proto

export const NodeState = {
  NODE_STATE_UNSPECIFIED: 'NODE_STATE_UNSPECIFIED',
  NODE_STATE_UP: 'NODE_STATE_UP',
  NODE_STATE_SUSPECT: 'NODE_STATE_SUSPECT',
  NODE_STATE_DOWN: 'NODE_STATE_DOWN',
  NODE_STATE_DRAINING: 'NODE_STATE_DRAINING',
} as const;

export type NodeState =
  | 'NODE_STATE_UNSPECIFIED'
  | 0
  | 'NODE_STATE_UP'
  | 1
  | 'NODE_STATE_SUSPECT'
  | 2
  | 'NODE_STATE_DOWN'
  | 3
  | 'NODE_STATE_DRAINING'
  | 4

export type NodeState__Output = typeof NodeState[keyof typeof NodeState]
