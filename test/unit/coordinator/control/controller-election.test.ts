import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { silentLogger } from '../../../../src/base/logger.js';
import { ControllerElection } from '../../../../src/coordinator/control/controller-election.js';
import { ControllerLease } from '../../../../src/coordinator/control/controller-lease.js';
import { MemoryTopologyStore } from '../../../../src/coordinator/topology/memory-topology-store.js';
import type { ControllerSeat } from '../../../../src/coordinator/topology/topology-store.js';
import { TopologyStoreError } from '../../../../src/coordinator/topology/topology-store.js';
import { VirtualClock } from '../../../support/virtual-clock.js';

const TTL_MS = 6_000;

/** A store that gives the seat for a time, as etcd does, and takes a while to answer, or does not. */
class SeatStore extends MemoryTopologyStore {
  isAway = false;
  delayMs = 5;
  readonly #clock: VirtualClock;
  readonly #seats: { holder: SeatStore | undefined; untilMs: number };

  constructor(clock: VirtualClock, seats = { holder: undefined, untilMs: 0 }) {
    super();
    this.#clock = clock;
    this.#seats = seats;
  }

  override async takeController(): Promise<ControllerSeat | undefined> {
    return this.#call(() => {
      const seats = this.#seats;
      if (this.#isTaken()) return undefined;
      Object.assign(seats, { holder: this, untilMs: this.#clock.nowMs() + TTL_MS });
      return {
        renew: () =>
          this.#call(() => {
            if (seats.holder !== this || !this.#isTaken()) return false;
            seats.untilMs = this.#clock.nowMs() + TTL_MS;
            return true;
          }),
        release: () =>
          this.#call(() => {
            if (seats.holder === this) seats.untilMs = 0;
          }),
      };
    });
  }

  #isTaken(): boolean {
    return this.#clock.nowMs() < this.#seats.untilMs;
  }

  async #call<T>(work: () => T): Promise<T> {
    const isHeard = !this.isAway;
    await new Promise<void>((resolve) => this.#clock.setTimer(this.delayMs, resolve));
    if (!isHeard) throw new TopologyStoreError('unavailable', 'away');
    const answer = work();
    await new Promise<void>((resolve) => this.#clock.setTimer(this.delayMs, resolve));
    return answer;
  }
}

function pair() {
  const clock = new VirtualClock();
  const seats = { holder: undefined, untilMs: 0 };
  const stores = [new SeatStore(clock, seats), new SeatStore(clock, seats)] as const;
  const [a, b] = stores.map(
    (store) => new ControllerElection(store, clock, silentLogger, { ttlMs: TTL_MS }),
  ) as [ControllerElection, ControllerElection];
  return { clock, stores, a, b };
}

describe('ControllerLease', () => {
  it('ends before the term that the store gave does, however late its answer came', () => {
    const lease = new ControllerLease({ ttlMs: TTL_MS });
    lease.granted(1_000);
    expect(lease.isHeld(1_000 + TTL_MS * 0.79)).toBe(true);
    expect(lease.isHeld(1_000 + TTL_MS * 0.8)).toBe(false);
    lease.granted(500);
    expect(lease.isHeld(1_000 + TTL_MS * 0.79)).toBe(true);
    lease.ended();
    expect(lease.isHeld(1_000)).toBe(false);
  });
});

describe('ControllerElection', () => {
  it('makes one of two the controller, and keeps it', async () => {
    const { clock, a, b } = pair();
    void a.start();
    void b.start();
    await clock.runForAsync(100_000);
    expect([a.isController, b.isController]).toEqual([true, false]);
  });

  it('has another one at once when the controller gives the seat back', async () => {
    const { clock, a, b } = pair();
    void a.start();
    void b.start();
    await clock.runForAsync(1_000);
    const closing = a.close();
    expect(a.isController).toBe(false);
    await clock.runForAsync(TTL_MS / 4 + 100);
    expect(b.isController).toBe(true);
    await closing;
    expect(a.isController).toBe(false);
  });

  it('ends by itself when the store is away, and goes on when it is back', async () => {
    const { clock, stores, a } = pair();
    void a.start();
    await clock.runForAsync(1_000);
    stores[0].isAway = true;
    await clock.runForAsync(TTL_MS);
    expect(a.isController).toBe(false);
    await clock.runForAsync(60_000);
    stores[0].isAway = false;
    await clock.runForAsync(TTL_MS);
    expect(a.isController).toBe(true);
  });

  it('never has two controllers, whoever cannot reach the store, and whenever', async () => {
    const outage = fc.record({
      who: fc.constantFrom(0 as const, 1 as const),
      isAway: fc.boolean(),
      delayMs: fc.integer({ min: 1, max: 2_000 }),
      thenMs: fc.integer({ min: 1, max: 10_000 }),
    });
    let controlled = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(outage, { minLength: 3, maxLength: 12 }), async (outages) => {
        const { clock, stores, a, b } = pair();
        void a.start();
        void b.start();
        for (const { who, isAway, delayMs, thenMs } of outages) {
          Object.assign(stores[who], { isAway, delayMs });
          for (let passedMs = 0; passedMs < thenMs; passedMs += 100) {
            await clock.runForAsync(100);
            expect(a.isController && b.isController).toBe(false);
            if (a.isController || b.isController) controlled += 1;
          }
        }
      }),
      { numRuns: 20 },
    );
    expect(controlled).toBeGreaterThan(0);
  });
});
