// Original file: proto/annulus/v1/cluster.proto


export interface PauseMovesRequest {
}

export interface PauseMovesRequest__Output {
}
