/**
 * `overload`: finds out how many searches a second the cluster answers, then asks for three times as
 * many for half a minute whatever it does (open loop), then goes back to what it can bear. What counts
 * is goodput, searches answered within their callers' timeout, in one-second intervals; besides the
 * memory of every server, and what those were told that were turned away. The callers are SDK clients,
 * which try again, and hold searches back, as they do by default.
 *
 * A search is made to cost the nodes something (`--ef-search`): callers share the machine, and three
 * times as many of them as the servers can bear must not starve those of their processors. What each
 * side took of them, and what others on the machine took, is shown.
 */
import { flagOnly } from '../../src/cli/client-command.js';
import type { BenchCluster } from '../cluster/bench-cluster.js';
import { LoadFleet } from '../load/load-fleet.js';
import type { SearchTargetSpec } from '../load/messages.js';
import { count, seconds } from '../suites/common-options.js';
import { LoadedCollection } from '../suites/parts/loaded-collection.js';
import type { Suite, SuiteContext, SuiteOutcome } from '../suites/suite.js';
import { bestOf, INTERVAL_MS, type OverloadPhases, overloadOutcome } from './overload-report.js';
import { goodPerSecond, LOAD_MARGIN } from './overload-verdict.js';
import { ServerWatch } from './server-watch.js';

/** The peak is the best of these: too few leave processors idle, too many only wait. */
const CONCURRENCIES = [8, 16, 32, 64];

export const overloadSuite: Suite = {
  name: 'overload',
  summary: 'three times the load that it can bear: goodput, memory, recovery',
  takesRunningCluster: false,
  options: [
    count('count', 30_000, 1, 100_000_000, 'Documents.'),
    seconds('seconds', 5, 'How long each measurement of the capacity takes.'),
    flagOnly({
      name: 'load-ratio',
      type: 'number',
      default: '3',
      min: 1,
      max: 20,
      description: 'Searches asked for over those that can be answered.',
    }),
    seconds('overload-seconds', 30, 'How long.'),
    seconds('recovery-seconds', 12, 'How long it is watched afterwards.'),
    count('timeout-ms', 1000, 10, 60_000, 'How long callers wait, in milliseconds.'),
    count('ef-search', 3000, 1, 10_000, 'Candidates examined per partition.'),
  ],
  run: runOverload,
};

async function runOverload(context: SuiteContext): Promise<SuiteOutcome> {
  const { options } = context;
  const data = await context.loadData();
  const cluster = await context.openCluster();
  const fleet = new LoadFleet(options.integer('clients'));
  try {
    const [partitions, replicationFactor] = [
      options.integer('partitions'),
      options.integer('copies'),
    ];
    const collection = await LoadedCollection.load({
      ...{ cluster, fleet, data, log: context.log, topK: 10 },
      settings: { ...(partitions === 0 ? {} : { partitions }), replicationFactor },
    });
    const target: SearchTargetSpec = {
      ...collection.target({ kind: 'stream', efSearch: options.integer('ef-search') }),
      timeoutMs: options.integer('timeout-ms'),
    };
    return overloadOutcome(options, await runPhases(context, cluster, fleet, collection, target));
  } finally {
    fleet.stop();
    await cluster.close();
  }
}

async function runPhases(
  { options, log }: SuiteContext,
  cluster: BenchCluster,
  fleet: LoadFleet,
  collection: LoadedCollection,
  target: SearchTargetSpec,
): Promise<OverloadPhases> {
  const watch = new ServerWatch(cluster, fleet);
  const durationMs = options.number('seconds') * 1000;
  const warmUpMs = options.number('warm-up') * 1000;
  const search = (load: Parameters<LoadedCollection['load']>[1]) =>
    fleet.search(collection.load(target, { intervalMs: INTERVAL_MS, ...load }));
  try {
    const peaks: OverloadPhases['peaks'] = [];
    for (const concurrency of CONCURRENCIES) {
      log.step(`capacity with ${concurrency} searches at once`);
      peaks.push({ concurrency, result: await search({ warmUpMs, durationMs, concurrency }) });
    }
    const best = bestOf(peaks);
    const perSecond = Math.round(
      options.number('load-ratio') * LOAD_MARGIN * goodPerSecond(best.result),
    );
    log.step(`${perSecond} searches/s for ${options.number('overload-seconds')} s`);
    watch.phase = 'overload';
    const overload = await search({
      durationMs: options.number('overload-seconds') * 1000,
      perSecond,
    });
    log.step('afterwards');
    watch.phase = 'recovery';
    const recovery = await search({
      durationMs: options.number('recovery-seconds') * 1000,
      concurrency: best.concurrency,
    });
    return { peaks, perSecond, overload, recovery, samples: watch.samples };
  } finally {
    watch.stop();
  }
}
