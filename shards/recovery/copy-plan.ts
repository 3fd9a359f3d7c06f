/** Decides by counts how a replica is copied: plain arithmetic. */

/** A replica that holds at most this share of what its source holds is filled rather than compared. */
const EMPTY_RATIO = 0.1;
/** Below so many, comparing costs as little. */
const BULK_ROWS_MIN = 16;
/** A graph is copied when the receiver lacks at least this share of it. */
const GRAPH_MISSING_RATIO = 0.25;

/** True when the source's documents are copied in the order of its rows, before anything is compared. */
export function isNextToEmpty(hereCount: number, thereCount: number): boolean {
  return thereCount >= BULK_ROWS_MIN && hereCount <= thereCount * EMPTY_RATIO;
}

/**
 * True when copying the source's graph costs less than inserting the rows that are missing here.
 * `ofCount`: the documents among which they are missing.
 */
export function isGraphWorthwhile(
  missingCount: number,
  ofCount: number,
  graphRowsMin: number,
): boolean {
  return missingCount >= graphRowsMin && missingCount >= ofCount * GRAPH_MISSING_RATIO;
}
