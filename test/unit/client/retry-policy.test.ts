import { describe, expect, it } from 'vitest';
import { AnnulusError, type ErrorCode } from '../../../src/base/errors.js';
import { RetryBudget } from '../../../src/base/retry-budget.js';
import { resolveClientOptions } from '../../../src/client/client-options.js';
import { type RetryQuestion, retryDelayMs } from '../../../src/client/retry-policy.js';

const { retry } = resolveClientOptions({});
const unavailable = new AnnulusError('UNAVAILABLE', 'NOT_ENOUGH_REPLICAS', 'no');

function ask(question: Partial<RetryQuestion>, budget?: RetryBudget): number | undefined {
  const usual = { error: unavailable, attempts: 1, nowMs: 0, remainingMs: 10_000, chance: 0 };
  return retryDelayMs({ ...usual, isFree: false, ...question }, retry, budget);
}

describe('retryDelayMs', () => {
  it('doubles the wait with every attempt up to its limit, and draws from its upper half', () => {
    const least = [1, 2, 3, 4].map((attempts) => ask({ attempts }));
    const most = [1, 2, 3, 4].map((attempts) => ask({ attempts, chance: 1 }));
    expect(least).toEqual([50, 100, 200, 400]);
    expect(most).toEqual([100, 200, 400, 800]);
    const patient = { ...retry, attemptsMax: Number.POSITIVE_INFINITY };
    const question = { error: unavailable, nowMs: 0, remainingMs: 1e9, chance: 1, isFree: false };
    expect(retryDelayMs({ ...question, attempts: 30 }, patient, undefined)).toBe(2000);
  });

  it('gives up after the last attempt', () => {
    expect(ask({ attempts: 5 })).toBeUndefined();
  });

  it.each<[ErrorCode, boolean]>([
    ['UNAVAILABLE', true],
    ['RESOURCE_EXHAUSTED', true],
    ['ABORTED', true],
    ['INVALID_ARGUMENT', false],
    ['NOT_FOUND', false],
    ['ALREADY_EXISTS', false],
    ['FAILED_PRECONDITION', false],
    ['DEADLINE_EXCEEDED', false],
    ['CANCELLED', false],
    ['UNIMPLEMENTED', false],
    ['INTERNAL', false],
    ['DATA_LOSS', false],
  ])('after %s a retry is %s', (code, isRetried) => {
    const error = new AnnulusError(code, 'INTERNAL', 'no');
    expect(ask({ error }) !== undefined).toBe(isRetried);
  });

  it('never retries what is too large, whatever its code', () => {
    const error = new AnnulusError('RESOURCE_EXHAUSTED', 'BATCH_TOO_LARGE', 'no');
    expect(ask({ error })).toBeUndefined();
  });

  it('waits as long as the server asks when that is longer', () => {
    const error = new AnnulusError('UNAVAILABLE', 'QUEUE_FULL', 'no', { retryAfterMs: 700 });
    expect(ask({ error })).toBe(700);
  });

  it('gives up when the wait would outlast the deadline', () => {
    expect(ask({ remainingMs: 50 })).toBeUndefined();
    expect(ask({ remainingMs: 51 })).toBe(50);
  });

  it('spends the budget only on retries that it grants, and not on free ones', () => {
    const budget = new RetryBudget({ ratio: 0, perSecondMin: 1 }, 0);
    expect(ask({ isFree: true }, budget)).toBe(50);
    expect(ask({ attempts: 5 }, budget)).toBeUndefined();
    expect(ask({}, budget)).toBe(50);
    expect(ask({}, budget)).toBeUndefined();
  });
});
