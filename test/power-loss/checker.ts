/**
 * The process that opens what power losses left behind: one folder at a time, as its parent asks. A
 * process of its own, since what it opens may end it.
 */
import { checkState, type Expectation } from './state-check.js';

process.on('message', async ({ directory, expected }: CheckRequest) => {
  process.send?.(await checkState(directory, expected));
});

export interface CheckRequest {
  directory: string;
  expected: Expectation;
}
