import { readFileSync } from 'node:fs';
import { clientCommand, collectionOption, flagOnly } from '../client-command.js';
import type { CommandCall } from '../command.js';
import { explainText } from '../explain-text.js';
import { UsageError } from '../options.js';
import { printJson, type Terminal } from '../output.js';

const flag = (name: string, description: string) => flagOnly({ name, type: 'flag', description });

export const searchCommand = clientCommand({
  usage: 'search',
  description: 'The documents nearest to a vector.',
  options: [
    collectionOption,
    flagOnly({
      name: 'vector',
      type: 'text',
      max: 1_000_000,
      placeholder: 'JSON',
      description: 'The vector, such as "[0.1, 0.2]"; - reads it from stdin.',
    }),
    flagOnly({
      name: 'vector-file',
      type: 'text',
      placeholder: 'FILE',
      description: 'A file with the vector as JSON; - is stdin.',
    }),
    flagOnly({
      name: 'top-k',
      type: 'integer',
      default: '10',
      min: 1,
      max: 100_000,
      description: 'Hits wanted.',
    }),
    flagOnly({
      name: 'ef-search',
      type: 'integer',
      min: 1,
      max: 100_000,
      description: 'Candidates examined per partition. Default: chosen by the coordinator.',
    }),
    flag('exact', 'Compare with every document.'),
    flag('include-text', 'Print the text of hits.'),
    flag('include-metadata', 'Print the metadata of hits.'),
    flag('include-vector', 'Print the vectors of hits.'),
    flagOnly({
      name: 'min-coverage-ratio',
      type: 'number',
      default: '1',
      min: 0,
      max: 1,
      description: 'Least fraction of the partitions that must have been searched.',
    }),
    flagOnly({
      name: 'routing-key',
      type: 'text',
      max: 512,
      description: 'Searches with one key go to the same replicas.',
    }),
    flag('explain', 'Print which nodes answered, and how long they took.'),
  ],
  async run(client, call) {
    const { options } = call;
    const result = await client.search(options.text('collection'), {
      vector: await readVector(call),
      topK: options.integer('top-k'),
      efSearch: options.has('ef-search') ? options.integer('ef-search') : undefined,
      exact: options.flag('exact'),
      includeText: options.flag('include-text'),
      includeMetadata: options.flag('include-metadata'),
      includeVector: options.flag('include-vector'),
      minCoverageRatio: options.number('min-coverage-ratio'),
      routingKey: options.has('routing-key') ? options.text('routing-key') : undefined,
      explain: options.flag('explain'),
    });
    const { stdout } = call.terminal;
    if (result.explain === undefined || stdout.isTTY !== true) {
      printJson(call.terminal, result);
    } else {
      const { explain, ...answer } = result;
      printJson(call.terminal, answer);
      stdout.write(`\n${explainText(result)}`);
    }
    return 0;
  },
});

async function readVector({ options, terminal }: CommandCall): Promise<number[]> {
  if (options.has('vector') === options.has('vector-file')) {
    throw new UsageError('give the vector by --vector or by --vector-file');
  }
  const name = options.has('vector') ? '--vector' : '--vector-file';
  const given = options.has('vector') ? options.text('vector') : options.text('vector-file');
  if (given === '-') return parseVector('stdin', await readAll(terminal));
  return parseVector(name, name === '--vector' ? given : readVectorFile(given));
}

/** Its elements are checked by the client. */
function parseVector(origin: string, text: string): number[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`the vector from ${origin} is not JSON: ${(error as Error).message}`);
  }
  if (!Array.isArray(value)) {
    throw new UsageError(`the vector from ${origin} must be a JSON array of numbers`);
  }
  return value;
}

function readVectorFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`cannot read the vector: ${(error as Error).message}`);
  }
}

async function readAll({ stdin }: Terminal): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stdin) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
