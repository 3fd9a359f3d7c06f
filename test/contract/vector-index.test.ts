import { ExactIndex } from '../../shards/index/exact-index.js';
import { HnswIndex } from '../../shards/index/hnsw-index.js';
import { describeVectorIndex } from './vector-index.contract.js';

describeVectorIndex({
  name: 'ExactIndex',
  create: (dimension, metric) => new ExactIndex(dimension, metric),
  recallMin: 1,
  distanceError: 0,
});

describeVectorIndex({
  name: 'HnswIndex',
  create: (dimension, metric) =>
    HnswIndex.create({ dimension, metric, m: 16, efConstruction: 128 }, 16),
  recallMin: 0.95,
  distanceError: 1e-5,
});
