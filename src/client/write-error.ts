import { AnnulusError } from '../base/errors.js';
import type { WriteFailure } from './types.js';

/**
 * Some documents were not written, or not deleted; the others were. `code` and `reason` are those of
 * the first failure.
 */
export class WriteError extends AnnulusError {
  /** Documents that were written or deleted. */
  readonly doneCount: number;
  /** The others, each with its own error. */
  readonly failures: readonly WriteFailure[];

  constructor(what: string, doneCount: number, failures: readonly WriteFailure[], cause?: unknown) {
    const first = failures[0]?.error ?? (cause as AnnulusError);
    const others = failures.length > 1 ? `, and ${failures.length - 1} more` : '';
    const named =
      failures[0] === undefined
        ? first.message
        : `${JSON.stringify(failures[0].id)}: ${first.message}${others}`;
    super(first.code, first.reason, `${what}: ${named}`, {
      metadata: { ...first.metadata },
      cause: cause ?? first,
      ...(first.retryAfterMs === undefined ? {} : { retryAfterMs: first.retryAfterMs }),
    });
    this.doneCount = doneCount;
    this.failures = failures;
  }
}
