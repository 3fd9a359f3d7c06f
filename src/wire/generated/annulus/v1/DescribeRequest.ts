// Original file: proto/annulus/v1/shard.proto


export interface DescribeRequest {
}

export interface DescribeRequest__Output {
}
