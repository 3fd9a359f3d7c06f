// Original file: proto/annulus/v1/cluster.proto


export interface WatchMovesRequest {
}

export interface WatchMovesRequest__Output {
}
