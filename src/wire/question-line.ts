/**
 * Questions that wait for one another: each is sent when the one before has its answer, and has one
 * itself in any case, at the latest after a time. Whoever carries them says what came of each.
 */
import type { Clock } from '../base/clock.js';
import {
  type RecoveryAnswer,
  type RecoveryPeer,
  type RecoveryQuestion,
  refusedAs,
} from './recovery-messages.js';

export interface QuestionCarrier {
  send(question: RecoveryQuestion): void;
  /** No answer has come in time: what is under way is given up, and {@link QuestionLine.end} called. */
  giveUp(detail: string): void;
}

export class QuestionLine implements RecoveryPeer {
  readonly #clock: Pick<Clock, 'setTimer'>;
  readonly #timeoutMs: number;
  readonly #carrier: QuestionCarrier;
  #last: Promise<unknown> = Promise.resolve();
  #waiting: ((answer: RecoveryAnswer) => void) | undefined;
  #isClosed = false;

  constructor(clock: Pick<Clock, 'setTimer'>, timeoutMs: number, carrier: QuestionCarrier) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#carrier = carrier;
  }

  ask(question: RecoveryQuestion): Promise<RecoveryAnswer> {
    const answered = this.#last.then(() => this.#askNow(question));
    this.#last = answered;
    return answered;
  }

  /** What came for the question under way, if there is one. */
  answer(answer: RecoveryAnswer): void {
    this.#waiting?.(answer);
  }

  /** The question under way, if there is one, has no answer. */
  end(detail: string): void {
    this.answer(refusedAs('unavailable', detail));
  }

  /** Nothing is sent from now on. */
  close(): void {
    this.#isClosed = true;
    this.end('closed');
  }

  #askNow(question: RecoveryQuestion): Promise<RecoveryAnswer> {
    if (this.#isClosed) return Promise.resolve(refusedAs('unavailable', 'closed'));
    return new Promise((resolve) => {
      const timer = this.#clock.setTimer(this.#timeoutMs, () => {
        this.#carrier.giveUp('no answer in time');
      });
      this.#waiting = (answer) => {
        timer.cancel();
        this.#waiting = undefined;
        resolve(answer);
      };
      this.#carrier.send(question);
    });
  }
}
