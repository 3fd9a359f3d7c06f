/** What a run says while it goes on, on stderr: a bar on a terminal, one line a step otherwise. */
import { SingleBar } from 'cli-progress';
import { systemClock } from '../../src/base/system-clock.js';
import type { Terminal } from '../../src/cli/output.js';
import type { SuiteLog } from '../suites/suite.js';

export interface OpenSuiteLog extends SuiteLog {
  stop(): void;
}

export function openSuiteLog({ stderr }: Pick<Terminal, 'stderr'>): OpenSuiteLog {
  const startMs = systemClock.nowMs();
  const seconds = () => ((systemClock.nowMs() - startMs) / 1000).toFixed(0).padStart(4);
  let bar: SingleBar | undefined;
  const stop = () => {
    bar?.stop();
    bar = undefined;
  };
  const progress = (done: number, total: number) => {
    if (stderr.isTTY !== true) return;
    if (bar === undefined) {
      const format = '        {bar} {percentage}% | {value} of {total} | {eta_formatted} left';
      bar = new SingleBar({ stream: stderr, format, hideCursor: true, clearOnComplete: true });
      bar.start(total, done);
    }
    bar.update(Math.min(done, total));
  };
  const step = (text: string) => {
    stop();
    stderr.write(`${seconds()} s  ${text}\n`);
  };
  return { step, progress, stop };
}
