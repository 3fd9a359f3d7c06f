// Original file: proto/annulus/v1/annulus.proto


export interface DropCollectionResponse {
}

export interface DropCollectionResponse__Output {
}
