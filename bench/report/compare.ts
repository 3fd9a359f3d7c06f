/**
 * Two runs of one suite: the ratio of the medians of each measurement, with the range that chance
 * alone makes plausible. The range is a bootstrap's: both sets of repeats are drawn again, with
 * replacement, many times over, and the middle 95 % of the ratios of medians are kept (Efron 1979,
 * https://doi.org/10.1214/aos/1176344552). A difference counts only when that range excludes 1. Few
 * repeats make the range of a bootstrap too narrow: below {@link REPEATS_MIN} nothing is decided.
 */
import { type Random, seededRandom } from '../../src/base/random.js';
import type { Measurement } from '../suites/suite.js';
import { median } from './run-report.js';

const RESAMPLES = 10_000;
const TAIL_RATIO = 0.025;
const SEED = 1;
/** Below it, drawing again gives the same few medians over and over. */
export const REPEATS_MIN = 3;

export type Verdict = 'better' | 'worse' | 'no difference' | 'too few repeats';

export interface Comparison {
  name: string;
  unit: string;
  before: number;
  after: number;
  /** `after / before`. */
  ratio: number;
  /** Where 95 % of the ratios lie that chance makes of these repeats. */
  ratioMin: number;
  ratioMax: number;
  verdict: Verdict;
}

/** Of the measurements that both have, in the order of the first. */
export function compareMeasurements(
  before: readonly Measurement[],
  after: readonly Measurement[],
): Comparison[] {
  return before.flatMap((one) => {
    const other = after.find(({ name, unit }) => name === one.name && unit === one.unit);
    return other === undefined ? [] : [compareOne(one, other)];
  });
}

function compareOne(before: Measurement, after: Measurement): Comparison {
  const random = seededRandom(SEED);
  const ratios = Float64Array.from({ length: RESAMPLES }, () => {
    return medianOfDraw(random, after.samples) / medianOfDraw(random, before.samples);
  }).sort();
  const at = (ratio: number) => ratios[Math.floor(ratio * (RESAMPLES - 1))] as number;
  const [ratioMin, ratioMax] = [at(TAIL_RATIO), at(1 - TAIL_RATIO)];
  const [a, b] = [median(before.samples), median(after.samples)];
  const repeats = Math.min(before.samples.length, after.samples.length);
  return {
    ...{ name: before.name, unit: before.unit, before: a, after: b },
    ...{ ratio: b / a, ratioMin, ratioMax },
    verdict: verdictOf({ ratioMin, ratioMax, repeats, better: before.better }),
  };
}

function verdictOf(of: {
  ratioMin: number;
  ratioMax: number;
  repeats: number;
  better: Measurement['better'];
}): Verdict {
  if (of.repeats < REPEATS_MIN) return 'too few repeats';
  if (of.ratioMin > 1) return of.better === 'higher' ? 'better' : 'worse';
  if (of.ratioMax < 1) return of.better === 'higher' ? 'worse' : 'better';
  return 'no difference';
}

function medianOfDraw(random: Random, samples: readonly number[]): number {
  const draw = samples.map(() => samples[Math.floor(random.next() * samples.length)] as number);
  return median(draw);
}
