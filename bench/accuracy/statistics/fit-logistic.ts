import { Matrix, solve } from 'ml-matrix';

const STEPS = 50;
const HALVINGS = 20;
/** A step that gains less log-likelihood a sample is the last. */
const MIN_GAIN = 1e-9;
const TINY = 1e-9;

/** What a curve is fitted to: features, the first of them 1, and what came of them, 0 to 1. */
export interface Sample {
  features: number[];
  target: number;
  /** A part of ⟨w, features⟩ that is known; 0 when absent. */
  known?: number;
  /** How much it counts; 1 when absent. */
  weight?: number;
}

/**
 * Weights w of `ceiling / (1 + exp(−⟨w, features⟩))`, by Gauss–Newton steps on the log-likelihood, each halved until it
 * gains.
 */
export function fitLogistic(samples: readonly Sample[], start: readonly number[], ceiling = 1): number[] {
  let weights = [...start];
  let loss = lossOf(samples, weights, ceiling);
  for (let step = 0; step < STEPS; step++) {
    const direction = gaussNewton(samples, weights, ceiling);
    let gain = 0;
    for (let halving = 0; halving < HALVINGS && gain <= 0; halving++) {
      const next = weights.map((weight, at) => weight + direction[at] / 2 ** halving);
      const reached = lossOf(samples, next, ceiling);
      if (!(reached < loss)) continue;
      gain = loss - reached;
      weights = next;
      loss = reached;
    }
    if (gain < MIN_GAIN) break;
  }
  return weights;
}

/** Mean negative log-likelihood. */
function lossOf(samples: readonly Sample[], weights: readonly number[], ceiling: number): number {
  let sum = 0;
  let total = 0;
  for (const { features, target, known, weight = 1 } of samples) {
    const p = Math.min(Math.max(ceiling * logisticOf(features, weights, known), TINY), 1 - TINY);
    sum -= weight * (target * Math.log(p) + (1 - target) * Math.log(1 - p));
    total += weight;
  }
  return sum / total;
}

function gaussNewton(samples: readonly Sample[], weights: readonly number[], ceiling: number): number[] {
  const gradient = weights.map(() => 0);
  const information = weights.map((_, at) => weights.map((__, other) => (at === other ? TINY : 0)));
  for (const { features, target, known, weight = 1 } of samples) {
    const logistic = logisticOf(features, weights, known);
    const p = Math.min(ceiling * logistic, 1 - TINY);
    const change = ceiling * logistic * (1 - logistic);
    const pull = (weight * change) / Math.max(p * (1 - p), 1e-12);
    for (let at = 0; at < features.length; at++) {
      gradient[at] += pull * (target - p) * features[at];
      for (let other = 0; other < features.length; other++)
        information[at][other] += pull * change * features[at] * features[other];
    }
  }
  return solve(new Matrix(information), Matrix.columnVector(gradient)).to1DArray();
}

function logisticOf(features: readonly number[], weights: readonly number[], known = 0): number {
  let sum = known;
  for (let at = 0; at < features.length; at++) sum += features[at] * weights[at];
  return 1 / (1 + Math.exp(-sum));
}
