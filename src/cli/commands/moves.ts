import { clientCommand, flagOnly } from '../client-command.js';
import type { CommandSpec } from '../command.js';
import { UsageError } from '../options.js';
import { printJson, printJsonLine } from '../output.js';
import type { ResolvedOptions } from '../resolved-options.js';
import { bytesText, formatMoves } from '../status-text.js';

const json = flagOnly({ name: 'json', type: 'flag', description: 'JSON on a terminal too.' });

const list = clientCommand({
  usage: 'list',
  description: 'Moves under way, and those that wait.',
  options: [json],
  async run(client, { terminal, options }) {
    const moves = await client.cluster.moves.list();
    if (terminal.stdout.isTTY === true && !options.flag('json')) {
      terminal.stdout.write(formatMoves(moves.moves, moves.isPaused, terminal.stdout.columns));
    } else printJson(terminal, moves);
    return 0;
  },
});

const watch = clientCommand({
  usage: 'watch',
  description: 'Each change of a move as one line of JSON, until interrupted.',
  options: [],
  async run(client, { terminal }) {
    for await (const move of client.cluster.moves.watch()) printJsonLine(terminal, move);
    return 0;
  },
});

const ids = (name: string, description: string) =>
  flagOnly({ name, type: 'text', placeholder: 'ID[,...]', description });

const plan = clientCommand({
  usage: 'plan',
  description:
    'What would move, how many bytes and how long it would take, if nodes came or went. Nothing is ' +
    'changed. Without options: what is still to be moved.',
  options: [
    flagOnly({
      name: 'add',
      type: 'text',
      placeholder: 'ID[:ZONE[:WEIGHT]][,...]',
      description: 'Nodes that would join. The zone is by default that of no other node.',
    }),
    ids('drain', 'Nodes that would be drained.'),
    ids('remove', 'Nodes that would be removed with all that they hold.'),
    json,
  ],
  async run(client, { terminal, options }) {
    const planned = await client.cluster.moves.plan({
      add: words(options, 'add').map(nodeOf),
      drain: words(options, 'drain'),
      remove: words(options, 'remove'),
    });
    if (terminal.stdout.isTTY !== true || options.flag('json')) {
      printJson(terminal, planned);
      return 0;
    }
    const { moves, bytesTotal, estimatedSeconds, imbalanceRatio, imbalanceRatioAfter } = planned;
    const short = planned.partitionsShort;
    terminal.stdout.write(
      `${moves.length} replicas would move, ${bytesText(bytesTotal)}, ` +
        `about ${Math.ceil(estimatedSeconds)} s; fullest node ${imbalanceRatio.toFixed(2)} times ` +
        `its share, then ${imbalanceRatioAfter.toFixed(2)}\n` +
        (short > 0 ? `${short} partitions would have too few copies\n` : '') +
        formatMoves(moves, false, terminal.stdout.columns),
    );
    return 0;
  },
});

function words(options: ResolvedOptions, name: string): string[] {
  return options.has(name) ? options.text(name).split(',') : [];
}

/** Never connected to: any address will do. */
function nodeOf(text: string) {
  const [nodeId = '', zone = nodeId, weight = '1'] = text.split(':');
  if (nodeId === '' || !(Number(weight) > 0)) {
    throw new UsageError(`--add is ${text}; it must be ID, ID:ZONE or ID:ZONE:WEIGHT`);
  }
  return { nodeId, address: 'planned:1', zone, weight: Number(weight) };
}

const pause = clientCommand({
  usage: 'pause',
  description: 'Begin no move and go on with none, until they are resumed.',
  options: [],
  async run(client, { terminal }) {
    await client.cluster.moves.pause();
    printJson(terminal, { isPaused: true });
    return 0;
  },
});

const resume = clientCommand({
  usage: 'resume',
  description: 'Go on with moves that were paused.',
  options: [],
  async run(client, { terminal }) {
    await client.cluster.moves.resume();
    printJson(terminal, { isPaused: false });
    return 0;
  },
});

export const moveCommands: readonly CommandSpec[] = [list, watch, plan, pause, resume];
