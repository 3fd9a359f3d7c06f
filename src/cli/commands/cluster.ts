import { delay } from '../../base/clock.js';
import { AnnulusError } from '../../base/errors.js';
import { holdProcessOpen, systemClock } from '../../base/system-clock.js';
import type { AnnulusClient } from '../../client/index.js';
import { clientCommand, flagOnly } from '../client-command.js';
import { type ClusterStatus, summarize } from '../cluster-status.js';
import { LiveScreen } from '../live-screen.js';
import { errorLine, printJson, printJsonLine, type Terminal } from '../output.js';
import { formatStatus } from '../status-text.js';

const REDRAW_INTERVAL_MS = 500;

export const statusCommand = clientCommand({
  usage: 'status',
  description: 'Nodes, collections and moves at a glance: tables on a terminal, JSON in a pipe.',
  options: [flagOnly({ name: 'json', type: 'flag', description: 'JSON on a terminal too.' })],
  async run(client, { terminal, options }) {
    const status = await readStatus(client);
    if (terminal.stdout.isTTY === true && !options.flag('json')) {
      terminal.stdout.write(textFor(terminal, status));
    } else printJson(terminal, status);
    return 0;
  },
});

export const topologyCommand = clientCommand({
  usage: 'topology',
  description: 'Which replica of which partition is where.',
  options: [
    flagOnly({
      name: 'watch',
      type: 'flag',
      description:
        'Until interrupted: on a terminal the whole cluster with its moves, drawn anew; in a pipe ' +
        'each newer topology, one a line.',
    }),
    flagOnly({ name: 'json', type: 'flag', description: 'One a line on a terminal too.' }),
  ],
  async run(client, { terminal, options }) {
    if (!options.flag('watch')) {
      printJson(terminal, await client.cluster.getTopology());
      return 0;
    }
    if (terminal.stdout.isTTY === true && !options.flag('json'))
      return await live(client, terminal);
    for await (const topology of client.cluster.watchTopology()) printJsonLine(terminal, topology);
    return 0;
  },
});

async function live(client: AnnulusClient, terminal: Terminal): Promise<number> {
  const screen = new LiveScreen(terminal);
  const letGo = holdProcessOpen();
  let text = '';
  try {
    for (;;) {
      try {
        text = textFor(terminal, await readStatus(client));
        screen.draw(text);
      } catch (error) {
        // Coordinators come back; what was seen last stays until then.
        if (!(error instanceof AnnulusError) || !error.isRetriable) throw error;
        screen.draw(`${errorLine(error)}; as it was before:\n\n${text}`);
      }
      await delay(systemClock, REDRAW_INTERVAL_MS);
    }
  } finally {
    letGo();
  }
}

function textFor({ stdout }: Terminal, status: ClusterStatus): string {
  return formatStatus(status, { width: stdout.columns, nowMs: systemClock.wallMs() });
}

async function readStatus(client: AnnulusClient): Promise<ClusterStatus> {
  const [topology, collections, moves] = await Promise.all([
    client.cluster.getTopology(),
    client.listCollections(),
    client.cluster.moves.list(),
  ]);
  return summarize(client.address, topology, collections, moves);
}
