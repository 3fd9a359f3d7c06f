/** What callers are told of work that was refused unstarted. */
import { AnnulusError, withoutStack } from '../../base/errors.js';
import type { Shed, ShedCause } from './admission.js';

const texts: Record<ShedCause, string> = {
  queue: 'too many requests are waiting already',
  wait: 'it would have had to wait for too long',
  deadline: 'it could not be done by its deadline',
  pressure: 'searches are waiting, and it is not urgent enough',
  limit: 'too much is being written already',
};

export function refusedError(what: string, { cause, retryAfterMs }: Shed): AnnulusError {
  const message = `the ${what} was refused before it began: ${texts[cause]}; try again in ${retryAfterMs} ms`;
  const details = { metadata: { cause }, retryAfterMs };
  return withoutStack(() => new AnnulusError('RESOURCE_EXHAUSTED', 'QUEUE_FULL', message, details));
}
