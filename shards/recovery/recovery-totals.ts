/** What a node's replicas have received from others since it started, for its metrics. */
import type { LevelProgress } from './copy-channel.js';

export interface ReceivedTotals {
  documentCount: number;
  bytes: number;
  graphBytes: number;
}

export class RecoveryTotals {
  readonly #running = new Set<{ readonly progress: Readonly<LevelProgress> }>();
  readonly #past: ReceivedTotals = { documentCount: 0, bytes: 0, graphBytes: 0 };

  /** Counts a copy while it runs, and for ever. */
  watch(copy: { readonly progress: Readonly<LevelProgress> }, ended: Promise<unknown>): void {
    this.#running.add(copy);
    const retire = () => {
      this.#running.delete(copy);
      add(this.#past, copy.progress);
    };
    ended.then(retire, retire);
  }

  get received(): ReceivedTotals {
    const totals = { ...this.#past };
    for (const { progress } of this.#running) add(totals, progress);
    return totals;
  }
}

function add(totals: ReceivedTotals, { sentCount, byteCount, graphBytes }: LevelProgress): void {
  totals.documentCount += sentCount;
  totals.bytes += byteCount;
  totals.graphBytes += graphBytes;
}
