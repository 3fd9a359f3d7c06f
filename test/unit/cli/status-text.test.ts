import { describe, expect, it } from 'vitest';
import { summarize } from '../../../src/cli/cluster-status.js';
import { LiveScreen } from '../../../src/cli/live-screen.js';
import { bytesText, formatMoves, formatStatus } from '../../../src/cli/status-text.js';
import type { CollectionInfo, Move, NodeInfo, Topology } from '../../../src/client/index.js';
import { fakeTerminal } from '../../support/fake-terminal.js';

const NOW_MS = 1_700_000_000_000;

function node(nodeId: string, more: Partial<NodeInfo> = {}): NodeInfo {
  return {
    ...{ nodeId, address: `10.0.0.1:77${nodeId.length}1`, zone: 'rack-a', weight: 1, state: 'up' },
    ...{ replicaCount: 2, documentCount: 1000, outstanding: 3, isDrained: false },
    ...{ isSafeToStop: true, replacedBy: '', downSinceMs: 0 },
    ...more,
  };
}

function move(partition: number, more: Partial<Move> = {}): Move {
  return {
    ...{ collection: 'docs', partition, fromNodeId: 'n1', toNodeId: 'n3', cause: 'balance' },
    ...{ state: 'copying', waitReason: '', progressRatio: 0.5, documentsTotal: 1000 },
    ...{ bytesMoved: 200_000, bytesTotal: 400_000, bytesPerSecond: 100_000, etaSeconds: 2 },
    ...more,
  };
}

function status(width?: number): string {
  const replicas = (...ids: string[]) =>
    ids.map((nodeId) => ({ nodeId, state: 'in_sync', condition: 'open', detail: '' }) as const);
  const topology: Topology = {
    epoch: 7,
    areMovesPaused: false,
    nodes: [
      node('n1', { replicaCount: 3, isSafeToStop: false }),
      node('n2', { replicaCount: 1, state: 'down', downSinceMs: NOW_MS - 240_000 }),
      node('n3', { state: 'draining' }),
    ],
    collections: [
      {
        name: 'docs',
        partitions: [
          { partition: 0, generation: 1, replicas: replicas('n1', 'n2') },
          { partition: 1, generation: 1, replicas: replicas('n1', 'n3') },
        ],
      },
    ],
  } as Topology;
  const collections = [
    {
      ...{ name: 'docs', dimension: 100, metric: 'cosine', partitions: 2, replicationFactor: 2 },
      documentCount: 2000,
    } as CollectionInfo,
  ];
  const waiting = move(1, { state: 'waiting', waitReason: 'target_down', progressRatio: 0 });
  const moves = { moves: [move(0), waiting], isPaused: false, imbalanceRatio: 1.5 };
  const summary = summarize('127.0.0.1:7700', topology, collections, moves);
  return formatStatus(summary, { width, nowMs: NOW_MS });
}

describe('the status of a cluster', () => {
  it('shows nodes with their load, collections, and moves with their progress', () => {
    expect(status(100).split('\n')).toEqual([
      'coordinator 127.0.0.1:7700, topology epoch 7, fullest node 1.50 times its share',
      '',
      'NODE  STATE           LOAD             REPLICAS  RECOVERING  DOCUMENTS  SAFE TO STOP  ZONE',
      'n1    up              ██████████ 1.50         3           0       1000  no            rack-a',
      'n2    down for 4 min  ███░░░░░░░ 0.50         1           0       1000  yes           rack-a',
      'n3    draining        ███████░░░              2           0       1000  yes           rack-a',
      '',
      'COLLECTION  DOCUMENTS  DIMENSION  METRIC  PARTITIONS UP  REPLICATION  IN SYNC  RECOVERING',
      'docs             2000        100  cosine  2/2                      2  4/4               0',
      '',
      '1 moves under way, 1 waiting, 586 KiB to be copied',
      'PARTITION  FROM  TO  CAUSE    PROGRESS                    COPIED              RATE      LEFT',
      'docs/0     n1    n3  balance  ██████████░░░░░░░░░░  50 %  195 KiB of 391 KiB  98 KiB/s  2 s',
      'docs/1     n1    n3  balance  waits: its node is down     0 B of 391 KiB      -         2 s',
      '',
    ]);
  });

  it('leaves out what matters least on a narrow terminal, and nothing on a wide one', () => {
    const widths = status(80)
      .split('\n')
      .map((line) => line.length);
    expect(Math.max(...widths)).toBeLessThanOrEqual(80);
    expect(status()).toContain('OUTSTANDING');
  });
});

describe('moves', () => {
  it('say why they do not go on, also when they have nowhere to go', () => {
    const stranded = {
      state: 'waiting',
      toNodeId: '',
      waitReason: 'no_node',
      cause: 'drain',
    } as const;
    const shown = formatMoves(
      [move(0, { waitReason: 'target_full' }), move(1, stranded)],
      false,
      120,
    );
    expect(shown).toContain('waits: its disk is full');
    expect(shown).toMatch(/n1 +\(nowhere\) +drain +waits: too few nodes for the copies/);
  });
});

describe('a live screen', () => {
  it('never draws more than the terminal shows', () => {
    const terminal = fakeTerminal({ isTTY: true });
    Object.assign(terminal.stdout, { rows: 4, columns: 5 });
    new LiveScreen(terminal).draw('one\nlonger than five\nthree\nfour\nfive\n');
    const lines = terminal.out().split('\u001b[K\n');
    expect(lines).toEqual(['\u001b[H\u001b[Jone', 'longe', 'and 3', '\u001b[J']);
  });
});

it('writes bytes with the unit that fits', () => {
  expect([0, 999, 1000, 9_999, 5 * 2 ** 20, 70 * 2 ** 30].map(bytesText)).toEqual([
    ...['0 B', '999 B', '1.0 KiB', '9.8 KiB', '5.0 MiB', '70 GiB'],
  ]);
});
