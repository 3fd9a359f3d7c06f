// Original file: proto/annulus/v1/cluster.proto


export interface PauseMovesResponse {
}

export interface PauseMovesResponse__Output {
}
