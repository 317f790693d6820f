import { expectedAccuracy, rowOf, skewness } from '../../../src/domain/index.js';
import type { DescriptorGallery } from '../data/gallery.js';
import { bootstrap } from '../statistics/bootstrap.js';
import { mean, spearman } from '../statistics/correlation.js';
import { fitLogistic } from '../statistics/fit-logistic.js';
import { groupBy } from '../statistics/group-by.js';

/** Each resample ranks all logits anew. */
const RESAMPLES = 200;

/** A logit's true accuracy, with what it is expected from. */
export interface SkewedLogit {
  model: number;
  skewness: number;
  /** Mean skewness of its model's outputs. */
  modelSkewness: number;
  accuracy: number;
}

/** How well the expected accuracy of logits tells their true one. */
export interface AccuracyRow {
  probeSet: string;
  /** Rank correlation over logits, and over models by their mean; with 95 % bootstrap intervals over models. */
  spearmanLogits: number;
  spearmanLogitsInterval: [number, number];
  spearmanModels: number;
  spearmanModelsInterval: [number, number];
  meanAbsoluteError: number;
  logits: number;
}

/** The logits of a gallery; null when the hub does not say how accurate they are. */
export function skewedLogits({ logits, rows }: DescriptorGallery): SkewedLogit[] | null {
  const skews = logits.map((_, place) => skewness(rowOf(rows, place)));
  const models = groupBy(logits.keys(), (place) => logits[place].model);
  const skewed: SkewedLogit[] = [];
  for (const [model, places] of models) {
    const modelSkewness = mean(places.map((place) => skews[place]));
    for (const place of places) {
      const { accuracy } = logits[place];
      if (accuracy === undefined) return null;
      skewed.push({ model, skewness: skews[place], modelSkewness, accuracy });
    }
  }
  return skewed;
}

/** How well the shipped constants tell the accuracy of these logits. */
export function measureExpectedAccuracy(probeSet: string, logits: SkewedLogit[]): AccuracyRow {
  const given = logits.map((logit) => ({
    ...logit,
    expected: expectedAccuracy(logit.skewness, logit.modelSkewness),
  }));
  type Given = (typeof given)[number];
  const models = [...groupBy(given, ({ model }) => model).values()];
  const overLogits = (groups: Given[][]) => {
    const all = groups.flat();
    return spearman(
      all.map(({ expected }) => expected),
      all.map(({ accuracy }) => accuracy),
    );
  };
  const overModels = (groups: Given[][]) =>
    spearman(
      groups.map((group) => mean(group.map(({ expected }) => expected))),
      groups.map((group) => mean(group.map(({ accuracy }) => accuracy))),
    );
  return {
    probeSet,
    spearmanLogits: overLogits(models),
    spearmanLogitsInterval: bootstrap(models, overLogits, RESAMPLES),
    spearmanModels: overModels(models),
    spearmanModelsInterval: bootstrap(models, overModels, RESAMPLES),
    meanAbsoluteError: mean(given.map(({ expected, accuracy }) => Math.abs(expected - accuracy))),
    logits: given.length,
  };
}

/** The constants that fit some logits, in the order of `expectedAccuracy`: offset, and slopes by logit and by model. */
export function fitExpectedAccuracy(logits: SkewedLogit[]): number[] {
  const samples = logits.map(({ skewness: ofLogit, modelSkewness, accuracy }) => ({
    features: [1, ofLogit, modelSkewness],
    target: accuracy,
  }));
  return fitLogistic(samples, [-2, 0.5, 1]);
}
