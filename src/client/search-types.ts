/** What a search takes and gives. */
import type { AnnulusError } from '../base/errors.js';
import type { CallOptions, Filter, Metadata, VectorInput } from './types.js';

/** A search, without the collection it is made in. */
export interface SearchInput {
  /** As many numbers as the collection's dimension. Copied at once: it may be reused. */
  vector: VectorInput;
  /** Hits wanted, 1..10,000. Default 10. */
  topK?: number | undefined;
  /** Candidates examined per partition, 1..10,000. Default: chosen by the coordinator. */
  efSearch?: number | undefined;
  /** Compare with every document: slow, and exactly right. Default false. */
  exact?: boolean | undefined;
  filter?: Filter | undefined;
  /** Default false. */
  includeVector?: boolean | undefined;
  /** Default false. */
  includeText?: boolean | undefined;
  /** Default false. */
  includeMetadata?: boolean | undefined;
  /**
   * The least fraction of partitions that must have been searched, 0..1; below it the search fails
   * with `UNAVAILABLE`. Default 1: never an incomplete answer.
   */
  minCoverageRatio?: number | undefined;
  /** Searches with the same key go to the same replicas while those are healthy. <= 512 bytes. */
  routingKey?: string | undefined;
  /** How replicas are chosen, such as `least_outstanding` (the server's default). */
  balancingPolicy?: string | undefined;
  /** Adds `explain` to the result. Default false. */
  explain?: boolean | undefined;
}

export interface SearchOptions extends SearchInput, CallOptions {}

export interface SearchHit {
  id: string;
  /** Larger is nearer; see `Metric`. */
  score: number;
  /** Present when `includeText` was set. */
  text?: string;
  /** Present when `includeMetadata` was set. */
  metadata?: Metadata;
  /** Present when `includeVector` was set. */
  vector?: Float32Array;
}

/** How much of the collection a search really looked at. */
export interface Coverage {
  /** `partitionsSearched / partitionsTotal`, 0..1: 1 is a complete answer. */
  ratio: number;
  partitionsTotal: number;
  partitionsSearched: number;
  /** For partitions that did not answer, as last reported. */
  documentsTotal: number;
  documentsSearched: number;
  /** Partitions that were not searched, with the reason, such as `timed_out`. */
  missing: { partition: number; reason: string }[];
  /**
   * Not 0: the coordinator has not heard from the topology store for so many milliseconds, and that is
   * longer than its topology lease. Writes acknowledged since then may not have been searched.
   */
  topologyStaleMs: number;
}

/** One request of the coordinator to one node. */
export interface ExplainAttempt {
  nodeId: string;
  partitions: number[];
  /** `ok`, or why it did not answer. */
  outcome: string;
  /** The policy that picked the node, and the load that it saw, in requests. */
  policy: string;
  load: number;
  /** When it was sent after the search began, and how long the answer took. */
  sentMs: number;
  tookMs: number;
  /** Of that, waiting in the node's queue and being worked on. */
  queueMs: number;
  serviceMs: number;
  /** `first`, `reroute` (another replica failed) or `hedge` (another replica is late). */
  cause: string;
  /** `healthy`, or with nothing better to choose from `panic`, `suspect`, ... */
  pickedFrom: string;
  /** Nodes that the policy chose from. */
  candidates: number;
  /** Partitions that this attempt was the first to answer. */
  answeredPartitions: number[];
  /** Its hedge delay passed before it ended. */
  wasLate: boolean;
  /** How many reads the coordinator allowed the node at a time. */
  nodeLimit: number;
}

export interface Explain {
  /** In the coordinator, from receipt to answer. */
  totalMs: number;
  attempts: ExplainAttempt[];
  /** Hits that each partition was asked for at first; fewer than `topK` when that is large. */
  partitionTopK: number;
  /** Partitions that were asked again for all `topK`. */
  askedAgain: number[];
  /** Hedges and reroutes that were not allowed: no budget, or searches were waiting. */
  retriesRefused: number;
  /** How long it waited in the coordinator to be let in. */
  waitedMs: number;
}

export interface SearchResult {
  /** At most `topK`, nearest first, ties by id. */
  hits: SearchHit[];
  coverage: Coverage;
  /** Present when it was asked for. */
  explain?: Explain;
}

/** One search of a batch. */
export interface BatchSearchInput extends SearchInput {
  collection: string;
}

/** How one search of a batch ended; one that failed does not fail the others. */
export type BatchSearchResult =
  | { ok: true; result: SearchResult }
  | { ok: false; error: AnnulusError };
