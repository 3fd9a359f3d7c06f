/** A server that can be searched, as a load process sees it: one adapter per way to ask. */
import type { SearchTargetSpec } from './messages.js';

export interface TargetAnswer {
  ids: string[];
  /** Share of the collection that was searched, 0..1. */
  coverageRatio: number;
}

export interface SearchTarget {
  /** Rejects when the search failed; the error's `reason` or `code` says why. */
  search(vector: Float32Array): Promise<TargetAnswer>;
  close(): Promise<void>;
}

export async function openTarget(spec: SearchTargetSpec): Promise<SearchTarget> {
  switch (spec.kind) {
    case 'stream': {
      const { SdkTarget } = await import('./sdk-target.js');
      return new SdkTarget(spec);
    }
    case 'unary': {
      const { UnaryTarget } = await import('./unary-target.js');
      return new UnaryTarget(spec);
    }
    case 'chroma': {
      const { ChromaTarget } = await import('./chroma-target.js');
      return new ChromaTarget(spec);
    }
    case 'pgvector': {
      const { PgvectorTarget } = await import('./pgvector-target.js');
      return PgvectorTarget.open(spec);
    }
  }
}
