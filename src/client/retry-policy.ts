/**
 * When a failed call is tried again, and after how long. Pure: time and chance are arguments. Only
 * calls that may safely happen twice are asked about here: reads, and writes, which replace or remove
 * a document whole and so have the same effect when repeated.
 */
import type { AnnulusError } from '../base/errors.js';
import type { RetryBudget } from '../base/retry-budget.js';
import type { ResolvedRetryOptions } from './client-options.js';

export interface RetryQuestion {
  error: AnnulusError;
  /** Attempts made so far, at least 1. */
  attempts: number;
  nowMs: number;
  /** Until the call's deadline. */
  remainingMs: number;
  /** Uniform in [0, 1). */
  chance: number;
  /** True when the attempt was lost with a connection that had been working. */
  isFree: boolean;
}

/** What the server asks for is waited, and up to so much of it more, drawn evenly. */
const ADVICE_JITTER_RATIO = 0.5;

/** Milliseconds to wait before the next attempt, or undefined: give up with this error. */
export function retryDelayMs(
  question: RetryQuestion,
  options: ResolvedRetryOptions,
  budget: RetryBudget | undefined,
): number | undefined {
  const { error, attempts } = question;
  if (!error.isRetriable || attempts >= options.attemptsMax) return undefined;
  const ceilingMs = Math.min(options.backoffMsMax, options.backoffMs * 2 ** (attempts - 1));
  const drawnMs = ceilingMs * (0.5 + question.chance / 2);
  // Never sooner than the server said, and not all at the same moment.
  const advisedMs = (error.retryAfterMs ?? 0) * (1 + question.chance * ADVICE_JITTER_RATIO);
  const delayMs = Math.max(drawnMs, advisedMs);
  if (delayMs >= question.remainingMs) return undefined;
  const isPaid = question.isFree || budget === undefined || budget.tryWithdraw(question.nowMs);
  return isPaid ? delayMs : undefined;
}
