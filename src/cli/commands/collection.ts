import type { AnnulusClient, CollectionInput, Metric } from '../../client/index.js';
import { argument, clientCommand, flagOnly } from '../client-command.js';
import type { CommandSpec } from '../command.js';
import { UsageError } from '../options.js';
import { printJson } from '../output.js';
import type { ResolvedOptions } from '../resolved-options.js';

const count = (name: string, max: number, description: string) =>
  flagOnly({ name, type: 'integer', min: 1, max, description });

const create = clientCommand({
  usage: 'create <name>',
  description: 'Make a collection and place its partitions on the shard nodes.',
  options: [
    { ...count('dimension', 16_384, 'Elements per vector.'), isRequired: true },
    flagOnly({
      name: 'metric',
      type: 'text',
      choices: ['cosine', 'dot', 'l2'],
      default: 'cosine',
      description: 'How nearness is measured.',
    }),
    count('partitions', 4096, 'A power of two. Default: one for every node, rounded up.'),
    count('replication-factor', 16, 'Copies of each partition. Default: 3, or all nodes if fewer.'),
    count(
      'min-in-sync',
      16,
      'In-sync copies that a write needs. Default: all but one, at least 1.',
    ),
    count('m', 128, 'Links per vector and layer of the graph. Default: 16.'),
    count('ef-construction', 4096, 'Candidates examined per insertion. Default: 128.'),
  ],
  async run(client, call) {
    const collection = collectionInput(argument(call, 0), call.options);
    printJson(call.terminal, await client.createCollection(collection));
    return 0;
  },
});

function collectionInput(name: string, options: ResolvedOptions): CollectionInput {
  const given = (option: string) => (options.has(option) ? options.integer(option) : undefined);
  return {
    name,
    dimension: options.integer('dimension'),
    metric: options.text('metric') as Metric,
    partitions: given('partitions'),
    replicationFactor: given('replication-factor'),
    minInSync: given('min-in-sync'),
    hnsw: { m: given('m'), efConstruction: given('ef-construction') },
  };
}

const list = clientCommand({
  usage: 'list',
  description: 'All collections.',
  options: [],
  async run(client, { terminal }) {
    printJson(terminal, { collections: await client.listCollections() });
    return 0;
  },
});

const describe = clientCommand({
  usage: 'describe <name>',
  description: 'One collection.',
  options: [],
  async run(client, call) {
    printJson(call.terminal, await client.getCollection(argument(call, 0)));
    return 0;
  },
});

const compare = clientCommand({
  usage: 'compare <name>',
  description: 'Whether the replicas in sync of each partition hold the same.',
  options: [],
  async run(client, call) {
    const partitions = await client.cluster.compareReplicas(argument(call, 0));
    printJson(call.terminal, { partitions });
    return partitions.some(({ bucketsDiffering }) => bucketsDiffering > 0) ? 1 : 0;
  },
});

const replicate = clientCommand({
  usage: 'replicate <name>',
  description:
    'Change how many copies a collection has; they are made and dropped little by little.',
  options: [
    { ...count('replication-factor', 16, 'Copies of each partition.'), isRequired: true },
    count('min-in-sync', 16, 'In-sync copies that a write needs. Default: all but one.'),
  ],
  async run(client, call) {
    const { options } = call;
    const replication = await client.cluster.setReplication({
      collection: argument(call, 0),
      replicationFactor: options.integer('replication-factor'),
      minInSync: options.has('min-in-sync') ? options.integer('min-in-sync') : undefined,
    });
    printJson(call.terminal, replication);
    return 0;
  },
});

const split = clientCommand({
  usage: 'split <name>',
  description: 'Give a collection more partitions, while searches and writes go on.',
  options: [
    count('partitions', 4096, 'A power of two, more than it has.'),
    flagOnly({
      name: 'dry-run',
      type: 'flag',
      description: 'Only say what it takes.',
    }),
    flagOnly({ name: 'cancel', type: 'flag', description: 'Give up a split that is under way.' }),
    flagOnly({ name: 'wait', type: 'flag', description: 'End when it is over.' }),
  ],
  async run(client, call) {
    const { options, terminal } = call;
    const collection = argument(call, 0);
    if (options.flag('cancel')) {
      printJson(terminal, await client.cluster.cancelSplit(collection));
      return 0;
    }
    if (!options.has('partitions')) throw new UsageError('--partitions or --cancel is needed');
    const partitions = options.integer('partitions');
    const dryRun = options.flag('dry-run');
    const begun = await client.cluster.splitCollection({ collection, partitions, dryRun });
    if (dryRun || !options.flag('wait')) {
      printJson(terminal, begun);
      return 0;
    }
    printJson(terminal, await untilSplit(client, collection));
    return 0;
  },
});

/** The collection once no split of it is under way. */
async function untilSplit(client: AnnulusClient, collection: string) {
  for await (const { collections } of client.cluster.watchTopology()) {
    const found = collections.find(({ name }) => name === collection);
    if (found === undefined || found.splittingInto === 0) break;
  }
  return await client.getCollection(collection);
}

const drop = clientCommand({
  usage: 'drop <name>',
  description: 'Remove a collection and its documents.',
  options: [],
  async run(client, call) {
    const name = argument(call, 0);
    await client.dropCollection(name);
    printJson(call.terminal, { dropped: name });
    return 0;
  },
});

export const collectionCommands: readonly CommandSpec[] = [
  create,
  list,
  describe,
  compare,
  replicate,
  split,
  drop,
];
