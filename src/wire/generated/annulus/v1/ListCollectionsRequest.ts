// Original file: proto/annulus/v1/annulus.proto


export interface ListCollectionsRequest {
}

export interface ListCollectionsRequest__Output {
}
