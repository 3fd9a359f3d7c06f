/**
 * `failover`: three copies on three nodes, searched at half of what they can do by a client that never
 * tries again, while one node is killed, frozen for ten seconds, or fails every read at once. Medians
 * over the repeats; a run in which any search failed does not pass whatever its median.
 */
import { flagOnly } from '../../src/cli/client-command.js';
import type { BenchCluster } from '../cluster/bench-cluster.js';
import { LoadFleet } from '../load/load-fleet.js';
import { median } from '../report/run-report.js';
import { count } from '../suites/common-options.js';
import { LoadedCollection } from '../suites/parts/loaded-collection.js';
import type { Suite, SuiteContext, SuiteOutcome } from '../suites/suite.js';
import { type FaultRunOptions, runFault } from './fault-run.js';
import { failingFast, killed, stalled } from './faults.js';
import { type Scenario, scenarioOutcome } from './scenario.js';

const COPIES = 3;
const TOP_K = 10;
/** Always under way, to find out what the cluster can do. */
const BUSY = 64;
const CAPACITY_MS = 4_000;

export const failoverSuite: Suite = {
  name: 'failover',
  summary: 'one of three nodes killed, frozen, failing fast, at half load',
  takesRunningCluster: false,
  options: [
    count('count', 20_000, 1000, 10_000_000, 'Documents.'),
    count('repeats', 5, 1, 1000, 'How often each fault is made.'),
    flagOnly({
      name: 'only',
      type: 'text',
      choices: ['killed', 'stalled', 'failing'],
      description: 'One kind of fault. Default: all three.',
    }),
  ],
  run,
};

async function run(context: SuiteContext): Promise<SuiteOutcome> {
  const { options, log } = context;
  const data = await context.loadData();
  const cluster = await context.openCluster({ shards: COPIES });
  const fleet = new LoadFleet(options.integer('clients'));
  try {
    const settings = { replicationFactor: COPIES };
    const collection = await LoadedCollection.load({
      ...{ cluster, fleet, data, log, topK: TOP_K, settings },
    });
    const perSecond = await halfCapacity(fleet, collection);
    const runOptions = { cluster, fleet, collection, perSecond };
    const scenarios = await runAll(context, cluster, runOptions);
    const outcome = scenarioOutcome(scenarios, perSecond);
    return { ...outcome, isPartial: options.has('only') };
  } finally {
    fleet.stop();
    await cluster.close();
  }
}

async function halfCapacity(fleet: LoadFleet, collection: LoadedCollection): Promise<number> {
  const target = collection.target({ kind: 'stream' });
  const load = { warmUpMs: CAPACITY_MS / 2, durationMs: CAPACITY_MS, concurrency: BUSY };
  const full = [];
  for (let i = 0; i < 3; i += 1) {
    const { count: done, tookMs } = await fleet.search(collection.load(target, load));
    full.push(done / tookMs);
  }
  return Math.max(1, Math.round(median(full) * 500));
}

async function runAll(
  { options, log }: SuiteContext,
  cluster: BenchCluster,
  runOptions: FaultRunOptions,
): Promise<Scenario[]> {
  const repeats = options.integer('repeats');
  const scenarios: Scenario[] = [];
  const repeat = async (scenario: Scenario) => {
    for (let i = 0; i < repeats; i += 1) {
      log.step(`${scenario.fault.name}, ${runOptions.perSecond}/s: run ${i + 1} of ${repeats}`);
      scenario.runs.push(await runFault(scenario.fault, runOptions));
    }
    scenarios.push(scenario);
  };
  const isWanted = (name: string) => !options.has('only') || options.text('only') === name;
  if (isWanted('killed')) await repeat({ fault: killed(cluster), runs: [] });
  if (isWanted('stalled')) await repeat({ fault: stalled(cluster), runs: [] });
  if (!isWanted('failing')) return scenarios;
  const failing = await failingFast(cluster);
  try {
    await repeat({ fault: failing.fault, runs: [], readsAtMs: failing.relay.readsAtMs });
  } finally {
    failing.close();
  }
  return scenarios;
}
