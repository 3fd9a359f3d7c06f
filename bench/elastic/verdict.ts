/** What an elastic run must have kept to, criterion by criterion. */
import type { ShapeChange } from './change-shape.js';
import { LoadCounts } from './load-counts.js';

export interface ElasticRun {
  changes: readonly ShapeChange[];
  changesWanted: number;
  /** While nothing moves: before the first round, and after each. */
  steady: readonly LoadCounts[];
  lost: readonly string[];
  bucketsDiffering: number;
  withKills: boolean;
}

export interface Verdict {
  criterion: string;
  target: string;
  measured: string;
  /** Undefined: not judged. */
  isGood: boolean | undefined;
}

const RECALL_LOSS_MAX = 0.005;
const RATIO_MAX = 1.2;
/** Recall of fewer searches is more chance than anything else. */
const SEARCHES_PER_WINDOW = 1_000;

export function judge(run: ElasticRun): Verdict[] {
  const { changes, changesWanted, steady, lost, withKills } = run;
  const sum = (value: (change: ShapeChange) => number) =>
    changes.reduce((total, change) => total + value(change), 0);
  const largest = (value: (change: ShapeChange) => number) => Math.max(...changes.map(value));
  const failedSearches = sum(({ counts }) => counts.failedSearches);
  const failedWrites = sum(({ counts }) => counts.failedWrites);
  const coverage = Math.min(...changes.map(({ counts }) => counts.coverageMin));
  const atRest = LoadCounts.merged(steady);
  const recallLoss = Math.max(...windows(changes).map((window) => window.recallLossTo(atRest)));
  const movedRatio = sum(({ moved }) => moved) / sum(({ ideal }) => ideal);
  const loadRatio = largest((change) => change.loadRatio);
  const none = (criterion: string, count: number, isJudged = true): Verdict => ({
    ...{ criterion, target: '0', measured: String(count) },
    isGood: isJudged ? count === 0 : undefined,
  });
  const most = (criterion: string, value: number, limit: number, isJudged = true): Verdict => ({
    ...{ criterion, target: `<= ${limit}`, measured: value.toFixed(4) },
    isGood: isJudged ? value <= limit : undefined,
  });
  return [
    {
      ...{ criterion: 'changes of shape completed', target: String(changesWanted) },
      measured: String(changes.length),
      isGood: changes.length === changesWanted,
    },
    none('failed searches', failedSearches, !withKills),
    none('failed writes', failedWrites, !withKills),
    none('acknowledged writes lost', lost.length),
    none('buckets in which replicas differ', run.bucketsDiffering),
    {
      ...{ criterion: 'least coverage of a search', target: '1', measured: String(coverage) },
      isGood: coverage === 1,
    },
    most('recall@10 below steady, worst window', recallLoss, RECALL_LOSS_MAX, !withKills),
    most('replicas moved over the ideal', movedRatio, RATIO_MAX, !withKills),
    most('fullest node over the mean, worst', loadRatio, RATIO_MAX),
  ];
}

/** Changes one after the other, as many together as it takes for enough searches. */
function windows(changes: readonly ShapeChange[]): LoadCounts[] {
  const found: LoadCounts[] = [];
  let open: LoadCounts[] = [];
  for (const { counts } of changes) {
    open.push(counts);
    const merged = LoadCounts.merged(open);
    if (merged.searches < SEARCHES_PER_WINDOW) continue;
    found.push(merged);
    open = [];
  }
  const last = found.pop();
  return [...found, LoadCounts.merged(last === undefined ? open : [last, ...open])];
}
