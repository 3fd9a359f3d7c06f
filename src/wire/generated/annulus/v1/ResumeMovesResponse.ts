// Original file: proto/annulus/v1/cluster.proto


export interface ResumeMovesResponse {
}

export interface ResumeMovesResponse__Output {
}
