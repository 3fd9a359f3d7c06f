// Original file: proto/annulus/v1/cluster.proto

export const ReplicaState = {
  REPLICA_STATE_UNSPECIFIED: 'REPLICA_STATE_UNSPECIFIED',
  REPLICA_STATE_IN_SYNC: 'REPLICA_STATE_IN_SYNC',
  REPLICA_STATE_RECOVERING: 'REPLICA_STATE_RECOVERING',
} as const;

export type ReplicaState =
  | 'REPLICA_STATE_UNSPECIFIED'
  | 0
  | 'REPLICA_STATE_IN_SYNC'
  | 1
  | 'REPLICA_STATE_RECOVERING'
  | 2

export type ReplicaState__Output = typeof ReplicaState[keyof typeof ReplicaState]
