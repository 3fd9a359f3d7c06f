// Original file: proto/annulus/v1/cluster.proto


export interface ListNodesRequest {
}

export interface ListNodesRequest__Output {
}
