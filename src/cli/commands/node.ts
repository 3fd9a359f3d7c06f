import { delay } from '../../base/clock.js';
import { holdProcessOpen, systemClock } from '../../base/system-clock.js';
import type { AnnulusClient } from '../../client/index.js';
import { argument, clientCommand, flagOnly } from '../client-command.js';
import type { CommandCall, CommandSpec } from '../command.js';
import { UsageError } from '../options.js';
import { printJson } from '../output.js';
import { showSteps } from '../progress.js';
import { waitText } from '../status-text.js';

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

const wait = flagOnly({
  name: 'wait',
  type: 'flag',
  description: 'Show how far it is, and end when the node holds nothing any more.',
});

const drain = clientCommand({
  usage: 'drain <node-id>',
  description: 'Move every replica off a node, so that it can be stopped.',
  options: [wait, flagOnly({ name: 'cancel', type: 'flag', description: 'Call a drain off.' })],
  async run(client, call) {
    const nodeId = argument(call, 0);
    const cancel = call.options.flag('cancel');
    if (cancel && call.options.flag('wait')) throw new UsageError('--cancel goes without --wait');
    const node = await client.cluster.drainNode(nodeId, { cancel });
    const drained = call.options.flag('wait') ? await whenEmpty(client, call, nodeId) : undefined;
    printJson(call.terminal, drained ?? node);
    return 0;
  },
});

const replace = clientCommand({
  usage: 'replace <node-id> <replacement-node-id>',
  description:
    'Move everything from one node to another one that has joined, then forget the first.',
  options: [wait],
  async run(client, call) {
    const nodeId = argument(call, 0);
    const node = await client.cluster.replaceNode(nodeId, argument(call, 1));
    if (!call.options.flag('wait')) {
      printJson(call.terminal, node);
      return 0;
    }
    await whenEmpty(client, call, nodeId);
    printJson(call.terminal, { replaced: nodeId, by: argument(call, 1) });
    return 0;
  },
});

const set = clientCommand({
  usage: 'set <node-id>',
  description: 'Change weight or zone of a node, whatever its own options say.',
  options: [
    flagOnly({
      name: 'weight',
      type: 'number',
      min: 0.01,
      max: 100,
      description: 'Share of the partitions relative to other nodes.',
    }),
    flagOnly({ name: 'zone', type: 'text', max: 63, description: 'Where it is.' }),
  ],
  async run(client, call) {
    const { options } = call;
    if (!options.has('weight') && !options.has('zone')) {
      throw new UsageError('nothing to set: give --weight or --zone');
    }
    const node = await client.cluster.updateNode({
      nodeId: argument(call, 0),
      weight: options.has('weight') ? options.number('weight') : undefined,
      zone: options.has('zone') ? options.text('zone') : undefined,
    });
    printJson(call.terminal, node);
    return 0;
  },
});

const remove = clientCommand({
  usage: 'remove <node-id>',
  description:
    'Forget a node. Refused while it is up and holds replicas, and while it has the last copy of ' +
    'anything.',
  options: [
    flagOnly({
      name: 'force',
      type: 'flag',
      description: 'Even while it is up and holds replicas.',
    }),
    flagOnly({
      name: 'accept-data-loss',
      type: 'flag',
      description: 'With --force: even when last copies are lost. The answer names them.',
    }),
  ],
  async run(client, call) {
    const nodeId = argument(call, 0);
    const force = call.options.flag('force');
    const acceptDataLoss = call.options.flag('accept-data-loss');
    const lost = await client.cluster.removeNode(nodeId, { force, acceptDataLoss });
    printJson(call.terminal, { removed: nodeId, lost });
    return 0;
  },
});

const WAIT_INTERVAL_MS = 300;

/** Resolves when the node holds nothing, or is forgotten already. */
async function whenEmpty(client: AnnulusClient, { terminal }: CommandCall, nodeId: string) {
  const find = async () => {
    const nodes = await client.cluster.listNodes();
    return nodes.find((node) => node.nodeId === nodeId);
  };
  let node = await find();
  const total = node?.replicaCount ?? 0;
  let told: string | undefined;
  const letGo = holdProcessOpen();
  const progress = showSteps(terminal, total, 'replicas moved');
  try {
    while (node !== undefined && node.replicaCount > 0) {
      progress.update(total - node.replicaCount);
      const why = await whyItWaits(client, nodeId);
      if (why !== told && why !== undefined) terminal.stderr.write(`${nodeId} waits: ${why}\n`);
      told = why;
      await delay(systemClock, WAIT_INTERVAL_MS);
      node = await find();
    }
    progress.update(total);
    return node;
  } finally {
    progress.stop();
    letGo();
  }
}

/** What keeps a node from being emptied; undefined: nothing does. */
async function whyItWaits(client: AnnulusClient, nodeId: string): Promise<string | undefined> {
  const { moves } = await client.cluster.moves.list();
  const own = moves.filter(({ fromNodeId }) => fromNodeId === nodeId);
  const isGoingOn = own.some(({ waitReason }) => waitReason === '' || waitReason === 'slots');
  const [first] = own;
  if (first === undefined || isGoingOn) return undefined;
  const { collection, partition, waitReason } = first;
  return `${waitText(waitReason)} (partition ${partition} of ${collection})`;
}

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

export const nodeCommands: readonly CommandSpec[] = [
  list,
  add,
  set,
  drain,
  replace,
  remove,
  forceInSync,
];
