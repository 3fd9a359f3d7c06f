/** Recall, and the smallest `ef` that reaches it. */
import type { NearestRows } from '../../datasets/nearest-rows.js';

const ROW_PREFIX = 'row-';

/** Documents are called by their row. */
export const rowPrefix: string = ROW_PREFIX;

export function rowOfId(id: string): number {
  return Number(id.slice(ROW_PREFIX.length));
}

/** The share of the true `k` nearest that was found, over all queries. */
export function recallOf(found: readonly (readonly number[])[], { rows, k }: NearestRows): number {
  let hits = 0;
  found.forEach((own, query) => {
    const wanted = new Set(rows.subarray(query * k, (query + 1) * k));
    for (const row of own.slice(0, k)) if (wanted.delete(row)) hits += 1;
  });
  return hits / (found.length * k);
}

export interface TunedEf {
  ef: number;
  recall: number;
}

/**
 * The smallest `ef` in `min..max` with at least that recall, which grows with `ef` but for noise;
 * `max` when none has it. Asks about twice the logarithm of the range.
 */
export async function tuneEf(
  recallAt: (ef: number) => number | Promise<number>,
  wanted: number,
  { min, max }: { min: number; max: number },
): Promise<TunedEf> {
  let low = min;
  let high = min;
  let best = { ef: high, recall: await recallAt(high) };
  while (best.recall < wanted && high < max) {
    low = high + 1;
    high = Math.min(max, high * 2);
    best = { ef: high, recall: await recallAt(high) };
  }
  while (low < high && best.recall >= wanted) {
    const middle = (low + high) >> 1;
    const recall = await recallAt(middle);
    if (recall >= wanted) {
      high = middle;
      best = { ef: middle, recall };
    } else low = middle + 1;
  }
  return best;
}
