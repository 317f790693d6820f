import { type Descriptors, standardizedResponses } from '../descriptors/descriptors.js';
import { columnsOf, type Matrix, rowOf, transpose } from '../linalg/matrix.js';
import { expectedErrorAtBudget, maxAcceptedError } from './accepted-error.js';
import { sampleRows } from './complete-descriptors.js';
import { ConditionedPrior, glsMeanEstimator, mostLikelyIndex } from './conditioned-prior.js';
import { COMMON_PROBES, type PriorFamily, type ResponsePrior } from './response-prior.js';

/** How far probing goes. */
export interface ChooserOptions {
  /** Probes to run, as a share of P, (0, 1]. */
  budget: number;
  /**
   * Probing stops when the mean expected squared error of the outputs is no more; 0: never. Of standardized responses, of
   * variance 1, before they are sharpened: that of the descriptors (`CompletedDescriptors`) is often somewhat larger.
   */
  errorBound: number;
  /** All probes are run when that error is above so many times the gallery's after the budget (`errorAllowed`); 0: never. */
  errorFactor: number;
}

/** Probes between two looks at whether enough is known. */
const ROUND_PROBES = 32;
/** The same as a share of P: few rounds for large probe sets. */
const ROUND_SHARE = 0.025;
/** The share of P up to which a budget goes to the probes of which least is known: before, nobody knows where a model answers. */
const ORDERED_SHARE = 0.2;
/** How much of the budget beyond is run where a model is expected to answer. */
const ADAPTIVE_SHARE = 0.5;
/** What a probe is worth that no output is expected to answer, as a squared response. */
const MIN_SQUARED_RESPONSE = 0.01;
/** A model's outputs that have a say in what is run next. */
const MAX_OUTPUTS = 64;

/**
 * Chooses which probes a model is run on, in three steps:
 *
 *   the same few for every model ─▶ which family? ─▶ what is least known, for most of the budget ─▶ rounds: what is
 *   uncertain and expected to excite an output ─▶ budget spent, or the expected error small enough
 *
 * A model that is not known well enough when its budget is spent is unlike the gallery (`beyond-budget.ts`). It is run on
 * all other probes at once: each further look would cost as much as dozens of forward passes, to save a few, and fully
 * probed it teaches the gallery its kind. So is one of which no output has answered anything yet.
 *
 * A text finds an output by the few probes that excite it, so the last rounds pay for texts; they take from what all other
 * searches go by, so they are few (docs/collaborative-measured.md).
 */
export class ProbeChooser {
  /** Probes that the budget allows. */
  readonly maxProbes: number;
  /** Probes by which a family is told: they come first. */
  private readonly common: Uint32Array;
  private readonly roundProbes: number;
  /** Probes up to which the list is followed. */
  private readonly orderedProbes: number;
  /** The families given the common probes; made when the first model has answered them. */
  private onCommon: ConditionedPrior[] | null = null;

  constructor(
    private readonly prior: ResponsePrior,
    private readonly options: ChooserOptions,
  ) {
    this.maxProbes = Math.min(prior.probes, Math.max(1, Math.ceil(options.budget * prior.probes)));
    this.common = prior.families[0].order.slice(0, Math.min(COMMON_PROBES, this.maxProbes));
    const alwaysOrdered = Math.min(this.maxProbes, Math.ceil(ORDERED_SHARE * prior.probes));
    this.orderedProbes = this.maxProbes - Math.floor(ADAPTIVE_SHARE * (this.maxProbes - alwaysOrdered));
    this.roundProbes = Math.max(ROUND_PROBES, Math.ceil(ROUND_SHARE * prior.probes));
  }

  /**
   * The next probes to run; null when enough were run. Depends on nothing but its arguments, so that an interrupted
   * run goes on where it was.
   *
   * @param probes n different indices
   * @param responses n × C raw responses, probe-major
   */
  next(probes: Uint32Array, responses: Float32Array): Uint32Array | null {
    const { errorBound, errorFactor } = this.options;
    if (probes.length === this.prior.probes) return null;
    const done = new Set(probes);
    const left = this.maxProbes - probes.length;
    const missing = this.common.filter((probe) => !done.has(probe));
    if (missing.length > 0) return left > 0 ? missing.slice(0, left) : null;
    const raw = transpose({
      rows: probes.length,
      columns: responses.length / probes.length,
      data: responses,
    });
    const standard = standardizedResponses(raw);
    const values = sampleRows(standard, MAX_OUTPUTS);
    if (values.rows === 0) return this.allExcept(done);
    if (left <= 0 && errorFactor === 0) return null;
    const family = this.familyOf(probes, raw);
    const ordered = family.order
      .filter((probe) => !done.has(probe))
      .slice(0, Math.max(0, this.orderedProbes - probes.length));
    if (ordered.length > 0 && errorBound === 0) return ordered;
    const { expectedError, worth: scores } = acquisitionScores(
      family,
      probes,
      values,
      degenerateShare(standard),
    );
    if (left <= 0) return expectedError <= this.maxErrorAtBudget() ? null : this.allExcept(done);
    if (expectedError <= errorBound) return null;
    const next = ordered.length > 0 ? ordered : remainingByScore(probes, scores);
    return next.slice(0, this.roundSize(left));
  }

  private allExcept(done: ReadonlySet<number>): Uint32Array {
    return Uint32Array.from({ length: this.prior.probes }, (_, probe) => probe).filter(
      (probe) => !done.has(probe),
    );
  }

  /** A rest that is hardly more than a round is run with it. */
  private roundSize(left: number): number {
    return left < 1.5 * this.roundProbes ? left : this.roundProbes;
  }

  private maxErrorAtBudget(): number {
    const { budget, errorBound, errorFactor } = this.options;
    return Math.max(errorBound, maxAcceptedError(expectedErrorAtBudget(this.prior, budget), errorFactor));
  }

  /**
   * Told by the common probes alone, so that it stays the same as more are run.
   *
   * @param raw C × n responses to `probes`
   */
  private familyOf(probes: Uint32Array, raw: Matrix): PriorFamily {
    const { families } = this.prior;
    const places = this.common.map((probe) => probes.indexOf(probe));
    const values = sampleRows(standardizedResponses(columnsOf(raw, places)), MAX_OUTPUTS);
    this.onCommon ??= families.map((family) => new ConditionedPrior(family, this.common));
    return families[mostLikelyIndex(this.onCommon, values)];
  }
}

/** The share of a model's outputs that have answered nothing yet: nothing is known of them. */
function degenerateShare({ degenerate }: Descriptors): number {
  return degenerate.reduce((sum, flag) => sum + flag, 0) / degenerate.length;
}

/**
 * What is known after some probes, and what the others are worth: how uncertain they are, times the square of the
 * largest response that is expected of any output.
 *
 * @param values standardized responses of some outputs to `probes`
 * @param degenerate share of the outputs that have none
 */
function acquisitionScores(
  family: PriorFamily,
  probes: Uint32Array,
  values: Matrix,
  degenerate: number,
): { expectedError: number; worth: Float64Array } {
  const conditioned = new ConditionedPrior(family, probes);
  const variances = conditioned.variances();
  const meanVariance = variances.reduce((sum, value) => sum + value / variances.length, 0);
  const squaredResponses = new Float64Array(variances.length).fill(MIN_SQUARED_RESPONSE);
  const meanOf = glsMeanEstimator(conditioned, probes.length);
  let surprise = 0;
  for (let row = 0; row < values.rows; row++) {
    const responses = rowOf(values, row);
    const mean = meanOf(responses);
    const { completed, surprise: own } = conditioned.estimate(responses.map((value) => value - mean));
    surprise += own / values.rows;
    for (let probe = 0; probe < completed.length; probe++)
      if (completed[probe] > 0)
        squaredResponses[probe] = Math.max(squaredResponses[probe], completed[probe] ** 2);
  }
  return {
    expectedError: (1 - degenerate) * surprise * meanVariance + degenerate,
    worth: squaredResponses.map((value, probe) => variances[probe] * value),
  };
}

/** The probes that were not run, worthiest first. */
function remainingByScore(probes: Uint32Array, scores: Float64Array): Uint32Array {
  const done = new Set(probes);
  return Uint32Array.from(scores.keys())
    .filter((probe) => !done.has(probe))
    .sort((a, b) => scores[b] - scores[a] || a - b);
}
