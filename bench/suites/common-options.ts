/** The options that all suites share, each a row of the table that parses and documents them. */
import { flagOnly } from '../../src/cli/client-command.js';
import type { OptionSpec } from '../../src/cli/options.js';

export const runningClusterOption: OptionSpec = flagOnly({
  name: 'address',
  type: 'address',
  description: 'Coordinator of a running cluster. Default: the suite starts one of its own.',
});

export const commonOptions: readonly OptionSpec[] = [
  flagOnly({
    name: 'data',
    type: 'text',
    placeholder: 'WHAT',
    default: 'glove',
    description:
      'glove, synthetic-384, synthetic-768, synthetic-1536, or a file of vectors: ' +
      '.fvecs, .npy, .jsonl, or .hdf5 of ann-benchmarks.',
  }),
  file('queries-from', 'Queries for a file of vectors. Default: held out of it.'),
  file('truth', 'Their true neighbours, .ivecs. Default: computed, and cached.'),
  flagOnly({
    name: 'metric',
    type: 'text',
    choices: ['cosine', 'dot', 'l2'],
    description: 'Of a file of vectors. Default: what an .hdf5 says, else cosine.',
  }),
  count('count', 100_000, 1, 100_000_000, 'Documents.'),
  count('queries', 1000, 1, 1_000_000, 'Searches that recall is measured with, none a document.'),
  count('seed', 1, 0, 0xffff_ffff, 'Of everything drawn by chance.'),
  count('repeats', 3, 1, 1000, 'How often each measurement is made.'),
  seconds('seconds', 3, 'How long each measurement takes.'),
  seconds('warm-up', 1, 'How long the same load runs before each measurement.', 0),
  count('clients', 1, 1, 64, 'Load processes.'),
  flagOnly({
    name: 'out',
    type: 'text',
    placeholder: 'DIR',
    description: 'Where results are written. Default: bench/results in a checkout, else here.',
  }),
  flagOnly({ name: 'no-report', type: 'flag', description: 'Write the JSON but no HTML report.' }),
];

export const clusterOptions: readonly OptionSpec[] = [
  count('shards', 2, 1, 64, 'Shard nodes of a cluster of its own.'),
  count('partitions', 0, 0, 4096, 'Partitions, a power of two. 0: one per node.'),
  count('copies', 1, 1, 16, 'Copies of each partition.'),
];

function file(name: string, description: string): OptionSpec {
  return flagOnly({ name, type: 'text', placeholder: 'FILE', description });
}

export function count(
  name: string,
  fallback: number,
  min: number,
  max: number,
  description: string,
): OptionSpec {
  return flagOnly({ name, type: 'integer', default: String(fallback), min, max, description });
}

export function seconds(
  name: string,
  fallback: number,
  description: string,
  min = 0.05,
): OptionSpec {
  const range = { min, max: 3600, unit: 's' };
  return flagOnly({ name, type: 'number', default: String(fallback), ...range, description });
}
