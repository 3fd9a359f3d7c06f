/**
 * One process of the simulated cluster: a clock of its own over the world's. It is busy while it
 * works ({@link SimProcess.spend}) without holding up anybody else: what falls due meanwhile waits its
 * turn, as on an event loop. It can stand still, be slow, have a wall clock that is wrong, and die;
 * once dead, nothing that it waited for happens.
 */
import type { Clock, Timer } from '../../src/base/clock.js';
import type { VirtualClock } from '../support/virtual-clock.js';

export class SimProcess implements Clock {
  readonly #world: VirtualClock;
  #busyUntilMs = 0;
  #pausedUntilMs = 0;
  #wallSkewMs = 0;
  #isDead = false;
  #timerCount = 0;
  /** What fell due while it was busy, in order; each says whether it still had anything to do. */
  readonly #heldUp: (() => boolean)[] = [];
  #nextTurn: Timer | undefined;
  /** All work takes this many times as long. */
  slowFactor = 1;

  constructor(world: VirtualClock) {
    this.#world = world;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** Timers and deferred calls that wait. */
  get timerCount(): number {
    return this.#timerCount;
  }

  nowMs(): number {
    return Math.max(this.#world.nowMs(), this.#busyUntilMs, this.#pausedUntilMs);
  }

  wallMs(): number {
    const aheadMs = this.nowMs() - this.#world.nowMs();
    return Math.floor(this.#world.wallMs() + aheadMs + this.#wallSkewMs);
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    this.#timerCount += 1;
    return this.#wait(this.nowMs() + Math.max(0, delayMs), callback);
  }

  defer(callback: () => void): void {
    this.setTimer(0, callback);
  }

  /** Something reaches the process from outside at an instant; it sees to it when it can. */
  deliver(atMs: number, callback: () => void): void {
    this.#timerCount += 1;
    this.#wait(atMs, callback);
  }

  /** The same, so many milliseconds from now for the world, whatever the process is doing. */
  deliverIn(delayMs: number, callback: () => void): void {
    this.deliver(this.#world.nowMs() + delayMs, callback);
  }

  /** The running event takes time. */
  spend(ms: number): void {
    this.#busyUntilMs = this.nowMs() + ms * this.slowFactor;
  }

  /** The process stands still, as after SIGSTOP; its sockets stay open. */
  pause(forMs: number): void {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, this.#world.nowMs() + forMs);
  }

  /** A pause is over, and all that waited for that has its turn. */
  resume(): void {
    if (this.#pausedUntilMs <= this.#world.nowMs()) return;
    this.#pausedUntilMs = this.#world.nowMs();
    this.#nextTurn?.cancel();
    this.#takeTurns();
  }

  jumpWall(byMs: number): void {
    this.#wallSkewMs += byMs;
  }

  kill(): void {
    this.#isDead = true;
    this.#timerCount = 0;
    this.#heldUp.length = 0;
  }

  #wait(atMs: number, callback: () => void): Timer {
    let isOver = false;
    const end = () => {
      if (isOver) return;
      isOver = true;
      if (!this.#isDead) this.#timerCount -= 1;
    };
    const run = () => {
      if (this.#isDead || isOver) return false;
      end();
      callback();
      return true;
    };
    const pending = this.#world.setTimer(atMs - this.#world.nowMs(), () => {
      if (this.#heldUp.length === 0 && this.#busyMs() === 0) {
        run();
        return;
      }
      this.#heldUp.push(run);
      if (this.#heldUp.length === 1) this.#takeTurns();
    });
    return {
      cancel: () => {
        pending.cancel();
        end();
      },
    };
  }

  /** One of those held up runs as soon as it is not busy, then the next: each is an event. */
  #takeTurns(): void {
    if (this.#heldUp.length === 0) return;
    this.#nextTurn = this.#world.setTimer(this.#busyMs(), () => {
      if (this.#busyMs() === 0) while (this.#heldUp.shift()?.() === false);
      this.#takeTurns();
    });
  }

  #busyMs(): number {
    return this.nowMs() - this.#world.nowMs();
  }
}
