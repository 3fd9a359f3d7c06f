// Original file: proto/annulus/v1/cluster.proto


export interface BackUpTopologyRequest {
}

export interface BackUpTopologyRequest__Output {
}
