/** What one request may ask for. Each limit is configuration; these are the defaults. */
export interface RequestLimits {
  /** Elements per vector. 1..16,384. */
  dimensionMax: number;
  topKMax: number;
  efSearchMax: number;
  /** UTF-8 bytes of a document id. At most 512: ids are keys of the store. */
  idBytesMax: number;
  /** Id, vector, text and metadata of one document together. */
  documentBytesMax: number;
  batchDocumentsMax: number;
  /** All documents of one batch together. */
  batchBytesMax: number;
  searchBatchMax: number;
  metadataKeysMax: number;
  metadataKeyBytesMax: number;
  pageSizeMax: number;
  routingKeyBytesMax: number;
  requestIdBytesMax: number;
  partitionsMax: number;
  replicationFactorMax: number;
  /** A search without a deadline gets this one; a later deadline is brought forward to it. */
  requestTimeoutMsMax: number;
}

export const defaultLimits: RequestLimits = {
  dimensionMax: 16_384,
  topKMax: 10_000,
  efSearchMax: 10_000,
  idBytesMax: 512,
  documentBytesMax: 1024 * 1024,
  batchDocumentsMax: 1_000,
  batchBytesMax: 16 * 1024 * 1024,
  searchBatchMax: 100,
  metadataKeysMax: 256,
  metadataKeyBytesMax: 256,
  pageSizeMax: 1_000,
  routingKeyBytesMax: 512,
  requestIdBytesMax: 128,
  partitionsMax: 4_096,
  replicationFactorMax: 16,
  requestTimeoutMsMax: 30_000,
};

/** Largest magnitude of a vector element: squares of 16,384 such still fit binary32. */
export const ELEMENT_MAGNITUDE_MAX = 1e15;
