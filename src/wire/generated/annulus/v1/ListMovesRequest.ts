// Original file: proto/annulus/v1/cluster.proto


export interface ListMovesRequest {
}

export interface ListMovesRequest__Output {
}
