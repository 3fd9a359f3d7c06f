/** What a run did and found, whether it proves anything, and how it ends. */
import type { ChaosWorld } from './chaos-world.js';
import type { ChaosOptions } from './run-chaos.js';

export interface ChaosOutcome {
  faults: Map<string, number>;
  /** From the last fault until all replicas were equal; undefined: they were not. */
  convergedMs: number | undefined;
  documentCount: number;
  tookMs: number;
  skipped: string[];
}

export interface ChaosReport {
  verdict: 'PASS' | 'FAIL' | 'INVALID';
  seed: number;
  counts: Record<string, number>;
  faults: Record<string, number>;
  skipped: string[];
  slowestSearch: string;
  violations: string[];
  /** Why the run proves nothing. */
  shortcomings: string[];
}

const SEARCHES_PER_FAULT_MIN = 20;
const WRITES_PER_FAULT_MIN = 30;

export function reportOf(
  world: ChaosWorld,
  { seed, faultCount, profile }: ChaosOptions,
  { faults, convergedMs, documentCount, tookMs, skipped }: ChaosOutcome,
): ChaosReport {
  const { readers, writers, ledger, killCount } = world;
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  const ofReaders = (key: CountKey) => sum(readers.map((reader) => reader[key]));
  const faultTotal = sum([...faults.values()]);
  const slowest = readers
    .map((reader) => reader.slowest)
    .reduce((a, b) => (a.tookMs < b.tookMs ? b : a));
  const counts = {
    faults: faultTotal,
    SIGKILLs: killCount,
    'writes acknowledged': ledger.acknowledgedCount,
    'of those, deletions': ledger.deletedCount,
    'write attempts that failed, and were sent again': sum(
      writers.map((writer) => writer.failedAttemptCount),
    ),
    searches: ofReaders('searchCount'),
    'of those, exact': ofReaders('exactSearchCount'),
    'searches failed': ofReaders('failedSearchCount'),
    gets: ofReaders('getCount'),
    'gets failed': ofReaders('failedGetCount'),
    'reads interrupted by the death of the only coordinator, and asked again':
      ofReaders('interruptedCount'),
    'approximate searches for a stored vector': ofReaders('selfSearchCount'),
    'of those, not finding it': ofReaders('selfMissedCount'),
    'slowest search, coordinator up, ms': Math.round(slowest.tookMs),
    'documents compared at rest': documentCount,
    'all replicas equal after the last fault, ms': Math.round(convergedMs ?? Number.NaN),
    'seconds in all': Math.round(tookMs / 1000),
    violations: world.violationCount,
  };
  const wanted = `${faultCount} ${profile.counts}`;
  const done = profile.counts === 'faults' ? faultTotal : killCount;
  const never = [...faults].filter(([, count]) => count === 0).map(([kind]) => kind);
  const deckSize = sum(profile.deck.map(([, count]) => count));
  const shortcomings = [
    done < faultCount && `${done} of ${wanted}`,
    counts.searches < SEARCHES_PER_FAULT_MIN * faultTotal && 'too few searches',
    ledger.acknowledgedCount < WRITES_PER_FAULT_MIN * faultTotal && 'too few writes',
    ledger.deletedCount < faultTotal && 'too few deletions',
    counts.gets < faultTotal && 'too few gets',
    faultTotal >= deckSize && never.length > 0 && `never happened: ${never.join(', ')}`,
  ].filter((text) => text !== false);
  const hasFailed = world.violationCount > 0 || convergedMs === undefined;
  return {
    verdict: hasFailed ? 'FAIL' : shortcomings.length > 0 ? 'INVALID' : 'PASS',
    seed,
    counts,
    faults: Object.fromEntries(faults),
    skipped,
    slowestSearch: slowest.text,
    violations: world.violations,
    shortcomings,
  };
}

type CountKey = {
  [Key in keyof ChaosWorld['readers'][number]]: ChaosWorld['readers'][number][Key] extends number
    ? Key
    : never;
}[keyof ChaosWorld['readers'][number]];
