/** Vectors as long as those of large embedding models, in units of one bare thread over the same. */
import { SearchBench } from './search-bench.js';
import { throughputOf } from './search-rows.js';
import type { TargetRow } from './target-row.js';

const COUNT_MAX = 50_000;
const SPEC = 'synthetic-1536';

export const largeRow: TargetRow = {
  name: 'large',
  what: 'queries/s through the SDK, 1,536 dimensions, 64 at once',
  limit: { min: 0.7 },
  unit: 'T',
  async measure({ context, settings }) {
    const count = Math.min(COUNT_MAX, context.options.integer('count'));
    const data = await context.loadData({ spec: SPEC, count });
    const search = await SearchBench.open({
      ...{ context, settings, data, bareGraph: 'cached' },
    });
    try {
      return await throughputOf(search, 'stream', 0.95);
    } finally {
      await search.close();
    }
  },
};
