// Original file: proto/annulus/v1/cluster.proto


export interface GetTopologyRequest {
}

export interface GetTopologyRequest__Output {
}
