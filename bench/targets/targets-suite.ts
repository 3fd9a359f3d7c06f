/**
 * `targets`: what the service has to reach, in units that carry over from machine to machine. T is the
 * throughput of one hnswlib-node thread over the unsplit set in this process, at the same recall and
 * in the same round. Rows that share a cluster run one after another; each can be run alone.
 */
import { flagOnly } from '../../src/cli/client-command.js';
import { UsageError } from '../../src/cli/options.js';
import type { Chart } from '../report/chart.js';
import { median } from '../report/run-report.js';
import type { Suite, SuiteContext, SuiteOutcome } from '../suites/suite.js';
import { chromaRows } from './chroma-rows.js';
import { largeRow } from './large-row.js';
import { SearchBench } from './search-bench.js';
import { searchRows } from './search-rows.js';
import { stalledRow } from './stalled-row.js';
import { storageRows } from './storage-rows.js';
import {
  limitText,
  meets,
  type TargetRow,
  type TargetsBench,
  type TargetsSettings,
  type TargetValue,
} from './target-row.js';

/** In the order of running: what restarts a node comes after all that want it warm. */
const rows: readonly TargetRow[] = [
  ...searchRows,
  ...chromaRows,
  ...storageRows,
  stalledRow,
  largeRow,
];
const rowNames = rows.map(({ name }) => name);
/** Not run unless they are named: they need a download, or minutes. */
const onlyWhenNamed = new Set(['chroma-16', 'chroma-64', 'large']);
const usesSearchBench = new Set(
  [...searchRows, ...chromaRows, ...storageRows].map(({ name }) => name),
);

interface MeasuredRow {
  row: TargetRow;
  value: number;
  isMet: boolean;
  measured: TargetValue;
}

export const targetsSuite: Suite = {
  name: 'targets',
  summary: 'what the service has to reach, row by row, with pass or fail',
  takesRunningCluster: false,
  options: [
    flagOnly({
      name: 'only',
      type: 'text',
      placeholder: 'ROW,...',
      description: `Rows to run: ${rowNames.join(', ')}; all for every one. Default: all but those that take long or download (${[...onlyWhenNamed].join(', ')}).`,
    }),
  ],
  run: runTargets,
};

async function runTargets(context: SuiteContext): Promise<SuiteOutcome> {
  const chosen = chooseRows(context);
  const { options, log } = context;
  const settings: TargetsSettings = {
    topK: 10,
    repeats: options.integer('repeats'),
    durationMs: options.number('seconds') * 1000,
    warmUpMs: options.number('warm-up') * 1000,
  };
  const shared = new SharedSearchBench(context, settings);
  const bench: TargetsBench = { context, settings, search: () => shared.get() };
  const measured: MeasuredRow[] = [];
  try {
    for (const row of chosen) {
      if (!usesSearchBench.has(row.name)) await shared.close();
      log.step(`target ${row.name}`);
      measured.push(await measureRow(row, bench));
    }
  } finally {
    await shared.close();
  }
  const isPartial = rows.some((row) => !onlyWhenNamed.has(row.name) && !chosen.includes(row));
  return { ...outcomeOf(measured), isPartial };
}

function chooseRows({ options }: SuiteContext): TargetRow[] {
  if (!options.has('only')) return rows.filter(({ name }) => !onlyWhenNamed.has(name));
  const names = options.text('only').split(',');
  if (names.includes('all')) return [...rows];
  const unknown = names.find((name) => !rowNames.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(
      `--only names ${JSON.stringify(unknown)}; rows are ${rowNames.join(', ')}`,
    );
  }
  return rows.filter(({ name }) => names.includes(name));
}

async function measureRow(row: TargetRow, bench: TargetsBench): Promise<MeasuredRow> {
  const measured = await row.measure(bench);
  const value = median(measured.samples);
  const isMet = measured.isValid !== false && meets(value, row.limit);
  return { row, value, isMet, measured };
}

/** The cluster and graph of most rows: made when first needed, closed before others start theirs. */
class SharedSearchBench {
  readonly #context: SuiteContext;
  readonly #settings: TargetsSettings;
  #bench: SearchBench | undefined;

  constructor(context: SuiteContext, settings: TargetsSettings) {
    this.#context = context;
    this.#settings = settings;
  }

  async get(): Promise<SearchBench> {
    if (this.#bench === undefined) {
      this.#bench = await SearchBench.open({
        ...{ context: this.#context, settings: this.#settings, bareGraph: 'timed' },
        data: await this.#context.loadData(),
      });
    }
    return this.#bench;
  }

  async close(): Promise<void> {
    await this.#bench?.close();
    this.#bench = undefined;
  }
}

function outcomeOf(measured: readonly MeasuredRow[]): SuiteOutcome {
  return {
    isPass: measured.every(({ isMet }) => isMet),
    tables: [
      {
        title: 'Targets',
        header: ['row', 'what', 'measured', 'target', 'result', 'figures'],
        rows: measured.map(({ row, value, isMet, measured: { detail } }) => [
          ...[row.name, row.what, `${value.toFixed(2)} ${row.unit}`],
          ...[limitText(row.limit, row.unit), isMet ? 'PASS' : 'FAIL', detail],
        ]),
      },
    ],
    measurements: measured.map(({ row, measured: { samples } }) => ({
      name: row.name,
      unit: row.unit,
      better: 'min' in row.limit ? 'higher' : 'lower',
      samples,
    })),
    charts: [targetsChart(measured)],
    histograms: Object.assign({}, ...measured.map((one) => one.measured.histograms ?? {})),
    facts: Object.fromEntries(measured.map(({ row, measured: { detail } }) => [row.name, detail])),
  };
}

/** How many times better than its target each row is: 1 just meets it. */
function targetsChart(measured: readonly MeasuredRow[]): Chart {
  const margins = measured.map(({ row: { limit }, value }) =>
    'min' in limit ? value / limit.min : limit.max / value,
  );
  return {
    title: 'Targets',
    note: 'How many times better than its target each row is. At 1 the target is just met.',
    x: { label: '', kind: 'category', categories: measured.map(({ row }) => row.name) },
    y: { label: 'times the target', kind: 'linear' },
    series: [
      {
        ...{ name: 'measured', kind: 'bar' },
        points: margins.map((margin, i) => [i, Number(margin.toPrecision(3))]),
      },
    ],
    levels: [{ y: 1, label: 'target' }],
  };
}
