/** From the runs of each fault to tables, verdicts, and a timeline. */

import type { Chart, Series } from '../report/chart.js';
import { median } from '../report/run-report.js';
import type { SuiteOutcome, Table } from '../suites/suite.js';
import { BEFORE_MS, coverageOf, type Fault, type FaultRun, p99Of, windowOf } from './fault-run.js';

export interface Scenario {
  fault: Fault;
  runs: FaultRun[];
  /** When reads arrived at the failing node, over all runs. */
  readsAtMs?: readonly number[];
}

interface Verdict {
  fault: string;
  what: string;
  samples: number[];
  max: number;
  unit: string;
}

/** What the budget allows beyond first attempts: a tenth of the reads and ten a second. */
const BUDGET_RATIO = 0.1;
const BUDGET_PER_SECOND = 10;
const SETTLED_MS = 2_000;
const NEXT_MS = 3_000;
const NOTICED_MS = 1_000;
const TIMELINE_STEP_MS = 500;

export function scenarioOutcome(scenarios: readonly Scenario[], perSecond: number): SuiteOutcome {
  const verdicts = scenarios.flatMap(verdictsOf);
  return {
    isPass: verdicts.every(isMet),
    tables: [verdictTable(verdicts), figureTable(scenarios), timelineTable(scenarios)],
    measurements: verdicts.map(({ fault, what, samples, unit }) => ({
      ...{ name: `${fault}: ${what}`, unit, better: 'lower' as const, samples },
    })),
    charts: [timelineChart(scenarios)],
    histograms: {},
    facts: { 'searches per second': perSecond },
  };
}

function isMet({ samples, max }: Verdict): boolean {
  return median(samples) <= max;
}

function verdictsOf(scenario: Scenario): Verdict[] {
  const { fault, runs } = scenario;
  const failed = runs.map(({ result }) => result.failedCount);
  const verdict = (what: string, samples: number[], max: number, unit = ''): Verdict => ({
    ...{ fault: fault.name, what, samples, max, unit },
  });
  const ratio = (fromMs: number, toMs: number) =>
    runs.map((run) => p99Of(windowOf(run, fromMs, toMs)) / p99Before(run));
  // Every run counts here, not the one in the middle.
  const always = [
    verdict('searches failed, all runs', [failed.reduce((a, b) => a + b, 0)], 0),
    verdict('coverage missing, worst run', [1 - Math.min(...runs.map(coverageAfter))], 0),
  ];
  if (fault.name === 'killed') {
    return [...always, verdict('p99 of the next 3 s / before', ratio(0, NEXT_MS), 2, 'x')];
  }
  if (fault.name === 'stalled') {
    const p99 = ratio(SETTLED_MS, fault.observedMs);
    return [
      ...always,
      verdict('p99 after the first 2 s / before', p99, 1.5, 'x'),
      verdict(
        'extra requests / budget',
        runs.map((run) => extraOf(run) / budgetOf(run)),
        1,
        'x',
      ),
    ];
  }
  const own = runs.map((run) => Math.max(0, readsLate(scenario, run) - run.extra.probes));
  return [...always, verdict('reads of the failing node after 1 s, not probes', own, 0)];
}

const p99Before = (run: FaultRun) => p99Of(windowOf(run, -BEFORE_MS, 0));
const coverageAfter = (run: FaultRun) => coverageOf(windowOf(run, 0, Number.POSITIVE_INFINITY));
const extraOf = ({ extraInAll }: FaultRun) => extraInAll.hedges + extraInAll.reroutes;

/** What had been saved when the run began, by loads before it, may be spent in it. */
function budgetOf({ searchesInAll, secondsInAll, extraInAll }: FaultRun): number {
  const gained = searchesInAll * BUDGET_RATIO + secondsInAll * BUDGET_PER_SECOND;
  return extraInAll.tokens + gained;
}

/** Reads that the failing node got once it must have been noticed. */
function readsLate({ readsAtMs = [], fault }: Scenario, { faultAtMs }: FaultRun): number {
  const end = faultAtMs + fault.observedMs;
  return readsAtMs.filter((atMs) => atMs > faultAtMs + NOTICED_MS && atMs < end).length;
}

function verdictTable(verdicts: readonly Verdict[]): Table {
  const shown = (value: number, unit: string) => (unit === 'x' ? value.toFixed(2) : `${value}`);
  return {
    title: 'Medians of all runs',
    header: ['fault', 'what', 'median', 'worst', 'at most', 'result'],
    rows: verdicts.map((verdict) => {
      const { fault, what, samples, max, unit } = verdict;
      const figures = [median(samples), Math.max(...samples)].map((value) => shown(value, unit));
      return [fault, what, ...figures, max, isMet(verdict) ? 'PASS' : 'FAIL'];
    }),
  };
}

function figureTable(scenarios: readonly Scenario[]): Table {
  return {
    title: 'Runs (ms; hedges, reroutes and probes after the fault, extra and its budget in all)',
    header: [
      ...['fault', 'run', 'searches', 'failed', 'p99 before', 'next 3 s', 'after 2 s', 'longest'],
      ...['hedges', 'reroutes', 'extra', 'budget', 'probes', 'to the failing node'],
    ],
    rows: scenarios.flatMap((scenario) =>
      scenario.runs.map((run, i) => {
        const { result, extra } = run;
        const p99s = [
          p99Before(run),
          p99Of(windowOf(run, 0, NEXT_MS)),
          p99Of(windowOf(run, SETTLED_MS, scenario.fault.observedMs)),
        ];
        const late = scenario.readsAtMs === undefined ? '' : readsLate(scenario, run);
        return [
          ...[scenario.fault.name, i + 1, result.count, result.failedCount],
          ...[...p99s, result.maxMs].map((ms) => ms.toFixed(1)),
          ...[extra.hedges, extra.reroutes, extraOf(run), Math.round(budgetOf(run))],
          ...[extra.probes, late],
        ];
      }),
    ),
  };
}

/** Median over the runs of the p99 of each step, from two seconds before the fault. */
function timelineOf({ runs, fault }: Scenario): [number, number][] {
  const points: [number, number][] = [];
  for (let atMs = -2_000; atMs < fault.observedMs; atMs += TIMELINE_STEP_MS) {
    const p99s = runs.map((run) => p99Of(windowOf(run, atMs, atMs + TIMELINE_STEP_MS)));
    points.push([atMs / 1000, median(p99s)]);
  }
  return points;
}

function timelineTable(scenarios: readonly Scenario[]): Table {
  const timelines = scenarios.map(timelineOf);
  const longest = Math.max(...timelines.map(({ length }) => length));
  return {
    title: 'Timeline: p99 in ms of each half second, median of the runs',
    header: ['seconds after the fault', ...scenarios.map(({ fault }) => fault.name)],
    rows: Array.from({ length: longest }, (_, i) => [
      ((i * TIMELINE_STEP_MS - 2_000) / 1000).toFixed(1),
      ...timelines.map((points) => points[i]?.[1].toFixed(1) ?? ''),
    ]),
  };
}

function timelineChart(scenarios: readonly Scenario[]): Chart {
  const series: Series[] = scenarios.map((scenario) => ({
    name: scenario.fault.name,
    kind: 'line',
    points: timelineOf(scenario),
  }));
  return {
    title: 'Searches while one of three nodes fails',
    note: 'p99 of each half second, median of the runs; open loop at half the capacity.',
    x: { label: 'seconds after the fault', kind: 'linear' },
    y: { label: 'p99, ms', kind: 'log' },
    series,
    marks: [{ x: 0, label: 'fault' }],
  };
}
