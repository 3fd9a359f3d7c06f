/**
 * How many rows may wait in the flat buffer for the graph: the push back that slows writers down to
 * what the graph takes in.
 *
 * Without searches the buffer may fill, so that a burst of writes is taken at once. While searches
 * arrive only a part of it may: taking in writes faster than the graph does costs searches more than
 * anything else, and an ingest that goes on gains nothing from it. What waits already when they begin,
 * or when the replica was opened, shrinks slowly: each row inserted makes room for half a one, so
 * writers are slowed down but never stopped.
 */
export interface FlatRoomLimits {
  /** Rows that may wait. */
  rowsMax: number;
  /** The same while searches arrive; at most `rowsMax`. */
  searchedRowsMax: number;
  /** The same while a graph of all of them is built, and none leaves the buffer; at least `rowsMax`. */
  buildingRowsMax: number;
}

/** What goes on while a write asks for room. */
export interface FlatRoomUse {
  /** Searches arrive. */
  isSearched: boolean;
  /** A graph of all rows is being built. */
  isBuilding: boolean;
}

const ROOM_PER_INSERT = 0.5;

export class FlatRoom {
  readonly #limits: FlatRoomLimits;
  #isSearched = false;
  /** At least the limit that holds now; more while what waited before shrinks. */
  #allowedRows: number;

  constructor(limits: FlatRoomLimits, waitingRows: number) {
    this.#limits = limits;
    this.#allowedRows = limits.rowsMax + waitingRows;
  }

  /**
   * True when so many more rows may be written before some have been inserted. Always true when none
   * wait: a write of more rows than may wait would never be let in otherwise.
   */
  hasRoomFor(rowCount: number, waitingRows: number, use: FlatRoomUse): boolean {
    if (use.isSearched !== this.#isSearched) this.#limitChanged(waitingRows, use.isSearched);
    const buildingRows = use.isBuilding ? this.#limits.buildingRowsMax : 0;
    const allowedRows = Math.max(this.#allowedRows, buildingRows);
    return waitingRows === 0 || waitingRows + rowCount <= allowedRows;
  }

  /** True when more rows wait than writes alone would leave waiting. */
  isExceededBy(waitingRows: number): boolean {
    return waitingRows > this.#limits.rowsMax;
  }

  /** Rows wait that were there before anybody could be slowed down: writes go on beside them. */
  restart(waitingRows: number): void {
    this.#allowedRows = this.#rowsMax + waitingRows;
  }

  /** Rows wait that were let in while a graph was built; earlier ones may have left. */
  built(waitingRows: number, haveEarlierLeft: boolean): void {
    const before = haveEarlierLeft ? this.#rowsMax : this.#allowedRows;
    this.#allowedRows = Math.max(before, waitingRows);
  }

  /** A row has left the buffer for the graph. */
  inserted(): void {
    this.#allowedRows = Math.max(this.#rowsMax, this.#allowedRows - ROOM_PER_INSERT);
  }

  get #rowsMax(): number {
    return this.#isSearched ? this.#limits.searchedRowsMax : this.#limits.rowsMax;
  }

  #limitChanged(waitingRows: number, isSearched: boolean): void {
    this.#isSearched = isSearched;
    if (isSearched) this.#allowedRows = Math.min(this.#allowedRows, waitingRows);
    this.#allowedRows = Math.max(this.#rowsMax, this.#allowedRows);
  }
}
