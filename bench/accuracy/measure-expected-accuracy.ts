import { expectedAccuracy, rowOf, skewness } from '../../src/domain/index.js';
import type { BenchGallery } from './gallery.js';

/** How well the expected accuracy of logits tells their true one. */
export interface AccuracyRow {
  probeSet: string;
  /** Rank correlation over logits, and over models by their mean. */
  spearmanLogits: number;
  spearmanModels: number;
  meanAbsoluteError: number;
  logits: number;
}

/** Null when the hub does not say how accurate its logits are. */
export function measureExpectedAccuracy(
  probeSet: string,
  { logits, rows }: BenchGallery,
): AccuracyRow | null {
  const truth = logits.flatMap(({ accuracy }) => (accuracy === undefined ? [] : [accuracy]));
  if (truth.length !== logits.length) return null;
  const models = Math.max(...logits.map(({ model }) => model)) + 1;
  const skews = logits.map((_, place) => skewness(rowOf(rows, place)));
  const meansOf = (values: number[]) => {
    const sums = Array.from({ length: models }, () => ({ sum: 0, count: 0 }));
    for (const [place, { model }] of logits.entries()) {
      sums[model].sum += values[place];
      sums[model].count++;
    }
    return sums.map(({ sum, count }) => sum / count);
  };
  const modelSkews = meansOf(skews);
  const expected = skews.map((skew, place) => expectedAccuracy(skew, modelSkews[logits[place].model]));
  return {
    probeSet,
    spearmanLogits: correlation(ranksOf(expected), ranksOf(truth)),
    spearmanModels: correlation(ranksOf(meansOf(expected)), ranksOf(meansOf(truth))),
    meanAbsoluteError: mean(expected.map((value, place) => Math.abs(value - truth[place]))),
    logits: logits.length,
  };
}

/** Ranks from 0; equal values share the mean of theirs. */
function ranksOf(values: number[]): number[] {
  const order = [...values.keys()].sort((a, b) => values[a] - values[b]);
  const ranks = new Array<number>(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end + 1 < order.length && values[order[end + 1]] === values[order[start]]) end++;
    for (let place = start; place <= end; place++) ranks[order[place]] = (start + end) / 2;
    start = end + 1;
  }
  return ranks;
}

function correlation(a: number[], b: number[]): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  const covariance = mean(a.map((value, place) => (value - meanA) * (b[place] - meanB)));
  return covariance / Math.sqrt(mean(a.map((v) => (v - meanA) ** 2)) * mean(b.map((v) => (v - meanB) ** 2)));
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
