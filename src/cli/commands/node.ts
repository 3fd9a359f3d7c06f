import { argument, clientCommand, flagOnly } from '../client-command.js';
import type { CommandSpec } from '../command.js';
import { printJson } from '../output.js';

const list = clientCommand({
  usage: 'list',
  description: 'All shard nodes, with their state and load.',
  options: [],
  async run(client, { terminal }) {
    printJson(terminal, { nodes: await client.cluster.listNodes() });
    return 0;
  },
});

const add = clientCommand({
  usage: 'add <node-id> <node-address>',
  description:
    'Add a shard node, or say that one has moved. Nodes do so themselves when they join.',
  options: [
    flagOnly({
      name: 'zone',
      type: 'text',
      max: 63,
      description: 'Copies are kept in distinct zones. Default: the host of its address.',
    }),
    flagOnly({
      name: 'weight',
      type: 'number',
      default: '1',
      min: 0.01,
      max: 100,
      description: 'Share of the partitions relative to other nodes.',
    }),
  ],
  async run(client, call) {
    const { options } = call;
    const added = await client.cluster.addNode({
      nodeId: argument(call, 0),
      address: argument(call, 1),
      zone: options.has('zone') ? options.text('zone') : undefined,
      weight: options.number('weight'),
    });
    printJson(call.terminal, added);
    return 0;
  },
});

const drain = clientCommand({
  usage: 'drain <node-id>',
  description: 'Move every replica off a node, so that it can be stopped.',
  options: [],
  async run(client, call) {
    printJson(call.terminal, await client.cluster.drainNode(argument(call, 0)));
    return 0;
  },
});

const remove = clientCommand({
  usage: 'remove <node-id>',
  description: 'Forget a node. Refused while it holds replicas.',
  options: [
    flagOnly({ name: 'force', type: 'flag', description: 'Even while it holds replicas.' }),
  ],
  async run(client, call) {
    const nodeId = argument(call, 0);
    await client.cluster.removeNode(nodeId, { force: call.options.flag('force') });
    printJson(call.terminal, { removed: nodeId });
    return 0;
  },
});

const required = (name: string, placeholder: string, description: string) =>
  flagOnly({ name, type: 'text', placeholder, isRequired: true, description });

const forceInSync = clientCommand({
  usage: 'force-in-sync',
  description:
    'Last resort when all replicas of a partition that were in sync are gone for good: goes on with ' +
    'one that was not. What was acknowledged without it is lost.',
  options: [
    required('collection', 'NAME', 'Name of the collection.'),
    flagOnly({
      name: 'partition',
      type: 'integer',
      min: 0,
      isRequired: true,
      description: 'Number of the partition.',
    }),
    required('node', 'ID', 'The node whose replica is to be in sync.'),
    flagOnly({
      name: 'accept-data-loss',
      type: 'flag',
      description: 'Acknowledged writes may be lost. Refused without this.',
    }),
  ],
  async run(client, { terminal, options }) {
    const forced = await client.cluster.forceInSync({
      collection: options.text('collection'),
      partition: options.integer('partition'),
      nodeId: options.text('node'),
      acceptDataLoss: options.flag('accept-data-loss'),
    });
    const { documentCount, documentCountBefore } = forced;
    const mayBeLost = Math.max(0, documentCountBefore - documentCount);
    printJson(terminal, { ...forced, documentsLostAtLeast: mayBeLost });
    return 0;
  },
});

export const nodeCommands: readonly CommandSpec[] = [list, add, drain, remove, forceInSync];
