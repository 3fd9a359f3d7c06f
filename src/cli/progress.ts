import { SingleBar } from 'cli-progress';
import type { Terminal } from './output.js';

export interface Progress {
  update(bytesRead: number, documents: number): void;
  stop(): void;
}

const NONE = { update() {}, stop() {} };

/** A bar on stderr when that is a terminal, nothing otherwise. */
export function showProgress({ stderr }: Terminal, byteCount: number | undefined): Progress {
  if (stderr.isTTY !== true) return NONE;
  const format =
    byteCount === undefined
      ? '{documents} documents | {duration_formatted}'
      : '{bar} {percentage}% | {documents} documents | {duration_formatted} | {eta_formatted} left';
  const bar = new SingleBar({ stream: stderr, format, hideCursor: true, etaBuffer: 50 });
  bar.start(byteCount ?? 1, 0, { documents: 0 });
  return {
    update: (bytesRead, documents) =>
      bar.update(Math.min(bytesRead, bar.getTotal()), { documents }),
    stop: () => bar.stop(),
  };
}

export interface StepProgress {
  update(doneCount: number): void;
  stop(): void;
}

/** A bar on stderr when that is a terminal, nothing otherwise. */
export function showSteps({ stderr }: Terminal, total: number, what: string): StepProgress {
  if (stderr.isTTY !== true || total === 0) return NONE;
  const format = `{bar} {value}/{total} ${what} | {duration_formatted} | {eta_formatted} left`;
  const bar = new SingleBar({ stream: stderr, format, hideCursor: true, etaBuffer: 50 });
  bar.start(total, 0);
  return { update: (doneCount) => bar.update(doneCount), stop: () => bar.stop() };
}
