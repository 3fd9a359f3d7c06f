/** What reads did beyond their first attempts, counted from the start of the process. */
export interface ReadCounters {
  hedgesSent: number;
  /** Hedges that answered a partition first. */
  hedgesWon: number;
  /** Hedges that were sent for nothing. */
  hedgesWasted: number;
  reroutes: number;
  /** Hedges and reroutes that were not sent because reads were waiting. */
  retriesShed: number;
  /** Copies of reads sent to suspect nodes to see whether they are well again. */
  probes: number;
  /** Searches that asked partitions for fewer hits than wanted, and those that had to ask again. */
  underFetches: number;
  underFetchesAskedAgain: number;
}

export function newReadCounters(): ReadCounters {
  return {
    hedgesSent: 0,
    hedgesWon: 0,
    hedgesWasted: 0,
    reroutes: 0,
    retriesShed: 0,
    probes: 0,
    underFetches: 0,
    underFetchesAskedAgain: 0,
  };
}
