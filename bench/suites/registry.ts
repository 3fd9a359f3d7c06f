/**
 * Everything that `npm run bench -- NAME` and `annulus bench NAME` know. A suite answers with data and
 * shares options, output and report with the others; a program is a script that does all of it itself.
 * Modules are loaded when they are run, so that listing them is quick.
 */
import type { Suite } from './suite.js';

export interface SuiteEntry {
  kind: 'suite';
  name: string;
  load(): Promise<Suite>;
}

export interface ProgramEntry {
  kind: 'program';
  name: string;
  summary: string;
  /** Relative to `bench`, without its ending. Runs when it is imported, with its own arguments. */
  module: string;
}

export type Entry = SuiteEntry | ProgramEntry;

export const entries: readonly Entry[] = [
  suite('targets', async () => (await import('../targets/targets-suite.js')).targetsSuite),
  suite('recall', async () => (await import('./recall-suite.js')).recallSuite),
  suite('latency', async () => (await import('./latency-suite.js')).latencySuite),
  suite('ingest', async () => (await import('./ingest-suite.js')).ingestSuite),
  suite('mixed', async () => (await import('./mixed-suite.js')).mixedSuite),
  suite('scaling', async () => (await import('./scaling-suite.js')).scalingSuite),
  suite('policies', async () => (await import('./policies-suite.js')).policiesSuite),
  suite('peers', async () => (await import('./peers-suite.js')).peersSuite),
  suite('failover', async () => (await import('../failover/failover-suite.js')).failoverSuite),
  suite('overload', async () => (await import('../overload/overload-suite.js')).overloadSuite),
  program('acceptance', 'right answers after kills, updates and deletes, for each metric'),
  program('crash-ingest', 'nothing acknowledged is lost when nodes are killed while writing'),
  program('coordinators', 'controllers killed in moves, and etcd stopped, under load'),
  program('chaos', 'faults of processes, networks and disks under load, and what they may not do'),
  program(
    'elastic',
    'from 3 nodes to 5 and back to 3 under load, nothing fails and nothing is lost',
  ),
  program(
    'split',
    'a collection gets more partitions under load, nothing fails and nothing is lost',
  ),
  program('ingest-latency', 'p99 of searches while another process ingests'),
  program('restart', 'time until a killed node serves what it holds'),
  program('recovery', 'what it takes until a replica that lost something is in sync again'),
  program('smoke', 'queries per second and recall through the whole stack'),
  program('link', 'one item over the link against one unary call'),
  program('store', 'durable rows per second, reads, opening of the store'),
  program('index', 'recall against ef, insertion, saving, loading, rebuilding of the graph'),
];

function suite(name: string, load: () => Promise<Suite>): SuiteEntry {
  return { kind: 'suite', name, load };
}

function program(name: string, summary: string, module = name): ProgramEntry {
  return { kind: 'program', name, summary, module };
}
