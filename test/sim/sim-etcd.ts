/**
 * What several coordinators share: one topology that changes by compare-and-swap, the clock's mark,
 * the numbers of coordinators, and the controller's seat, which has a term. It never forgets; it may
 * be out of reach, for all or for one.
 */
import type { Epoch } from '../../src/base/ids.js';
import { NO_VERSION, type Version } from '../../src/base/version.js';
import type { Topology } from '../../src/coordinator/topology/topology.js';
import { parseTopology, serializeTopology } from '../../src/coordinator/topology/topology-json.js';

/** Who asks: coordinators are numbered. */
export type Holder = number;

interface Seat {
  holder: Holder;
  /** Grows with every seat that is given. */
  term: number;
  endsAtMs: number;
}

/** What follows the topology: told of each change by whom it was made. */
export type TopologyObserver = (before: Topology | undefined, after: Topology, by: Holder) => void;

export class SimEtcd {
  readonly nowMs: () => number;
  readonly #observers: TopologyObserver[] = [];
  readonly #ids = new Map<Holder, number>();
  readonly #cutOff = new Map<Holder, number>();
  #topology: Topology | undefined;
  #seat: Seat | undefined;
  #termCount = 0;
  #awayCount = 0;
  clockMark: Version = NO_VERSION;

  constructor(nowMs: () => number) {
    this.nowMs = nowMs;
  }

  get topology(): Topology | undefined {
    return this.#topology;
  }

  /** Who has the seat at this moment. */
  get controller(): Holder | undefined {
    return this.#isSeatFree ? undefined : this.#seat?.holder;
  }

  observe(observer: TopologyObserver): void {
    this.#observers.push(observer);
  }

  isReachedBy(holder: Holder): boolean {
    return this.#awayCount === 0 && (this.#cutOff.get(holder) ?? 0) === 0;
  }

  /** Nobody reaches it until as many calls of {@link comeBack}. */
  goAway(): void {
    this.#awayCount += 1;
  }

  comeBack(): void {
    this.#awayCount = Math.max(0, this.#awayCount - 1);
  }

  /** This coordinator does not reach it until as many calls of {@link rejoin}. */
  cutOff(holder: Holder): void {
    this.#cutOff.set(holder, (this.#cutOff.get(holder) ?? 0) + 1);
  }

  rejoin(holder: Holder): void {
    this.#cutOff.set(holder, Math.max(0, (this.#cutOff.get(holder) ?? 0) - 1));
  }

  heal(): void {
    this.#awayCount = 0;
    this.#cutOff.clear();
  }

  compareAndSwap(expected: Epoch | undefined, next: Topology, by: Holder): boolean {
    const before = this.#topology;
    if (before?.epoch !== expected) return false;
    const stored = parseTopology(serializeTopology(next));
    this.#topology = stored;
    for (const observe of this.#observers) observe(before, stored, by);
    return true;
  }

  idOf(holder: Holder): number {
    const known = this.#ids.get(holder) ?? this.#ids.size;
    this.#ids.set(holder, known);
    return known;
  }

  raiseClockMark(mark: Version): void {
    if (mark > this.clockMark) this.clockMark = mark;
  }

  /** The term of the seat, when it was free. */
  takeSeat(holder: Holder, ttlMs: number): number | undefined {
    if (!this.#isSeatFree) return undefined;
    this.#termCount += 1;
    this.#seat = { holder, term: this.#termCount, endsAtMs: this.nowMs() + ttlMs };
    return this.#termCount;
  }

  renewSeat(term: number, ttlMs: number): boolean {
    if (this.#isSeatFree || this.#seat?.term !== term) return false;
    this.#seat.endsAtMs = this.nowMs() + ttlMs;
    return true;
  }

  leaveSeat(term: number): void {
    if (this.#seat?.term === term) this.#seat = undefined;
  }

  get #isSeatFree(): boolean {
    return this.#seat === undefined || this.nowMs() >= this.#seat.endsAtMs;
  }
}
