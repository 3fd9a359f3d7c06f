// Original file: proto/annulus/v1/cluster.proto


export interface WatchTopologyRequest {
}

export interface WatchTopologyRequest__Output {
}
