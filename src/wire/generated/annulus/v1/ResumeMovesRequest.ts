// Original file: proto/annulus/v1/cluster.proto


export interface ResumeMovesRequest {
}

export interface ResumeMovesRequest__Output {
}
