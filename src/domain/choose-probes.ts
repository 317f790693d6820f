import { errorAllowed, galleryError } from './beyond-budget.js';
import { someRows } from './complete-descriptors.js';
import { ConditionedPrior, likeliestOf } from './conditioned-prior.js';
import { standardResponses } from './descriptors.js';
import { type Matrix, rowOf } from './matrix.js';
import { columnsOf } from './matrix-columns.js';
import type { PriorFamily, ResponsePrior } from './response-prior.js';
import { transpose } from './transpose.js';
import { wholeRowMean } from './whole-row-mean.js';

/** How far probing goes. */
export interface ChooserOptions {
  /** Probes to run, as a share of P, (0, 1]. */
  budget: number;
  /** Probing stops when the mean expected error of the outputs (see `CompletedDescriptors`) is no more; 0: never. */
  errorBound: number;
  /** Probing goes on beyond the budget when that error is above so many times the gallery's (`errorAllowed`); 0: never. */
  errorFactor: number;
}

/** Probes by which a model's family is told; the same for every model. */
const FAMILY_PROBES = 60;
/** Probes between two looks at whether enough is known. */
const ROUND_PROBES = 32;
/** The same as a share of P: few rounds for large probe sets. */
const ROUND_SHARE = 0.025;
/** How much of the budget goes to what tells most in a family; the rest is run where a model is expected to answer. */
const TELLING_SHARE = 0.8;
/** What a probe is worth that no output is expected to answer, as a squared response. */
const LEAST_EXCITEMENT = 0.01;
/**
 * Probes of a round beyond the budget, as a share of P: who needs more needs much more, and each look costs as much as
 * some dozens of forward passes.
 */
const FURTHER_SHARE = 0.2;
/** A model's outputs that have a say in what is run next. */
const MOST_OUTPUTS = 64;

/**
 * Chooses which probes a model is run on, in three steps:
 *
 *   the same few for every model ─▶ which family? ─▶ what tells most in that family, for most of the budget ─▶ rounds:
 *   what is uncertain and expected to excite an output ─▶ budget spent, or the expected error small enough
 *
 * A model that is unlike the gallery is not known well enough when its budget is spent: it goes on in larger rounds,
 * until it is known as well as the others (`beyond-budget.ts`).
 *
 * What tells most is not the same for all models, so the family pays; and a text finds an output by the few probes that
 * excite it, so the last rounds pay for texts (docs/collaborative-measured.md).
 */
export class ProbeChooser {
  /** Probes that the budget allows. */
  readonly most: number;
  /** Probes by which a family is told: they come first. */
  private readonly common: Uint32Array;
  private readonly roundProbes: number;
  /** Probes up to which a family's list is followed. */
  private readonly telling: number;
  private readonly furtherProbes: number;
  /** Reckoned when a budget is spent. */
  private galleryError: number | null = null;

  constructor(
    private readonly prior: ResponsePrior,
    private readonly options: ChooserOptions,
  ) {
    this.most = Math.min(prior.probes, Math.max(1, Math.ceil(options.budget * prior.probes)));
    this.common = prior.families[0].order.slice(0, Math.min(FAMILY_PROBES, this.most));
    this.telling = Math.round(TELLING_SHARE * this.most);
    this.roundProbes = Math.max(ROUND_PROBES, Math.ceil(ROUND_SHARE * prior.probes));
    this.furtherProbes = Math.max(ROUND_PROBES, Math.ceil(FURTHER_SHARE * prior.probes));
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
    const isSpent = probes.length >= this.most;
    const left = (isSpent ? this.prior.probes : this.most) - probes.length;
    if (left === 0 || (isSpent && errorFactor === 0)) return null;
    const done = new Set(probes);
    const missing = this.common.filter((probe) => !done.has(probe));
    if (missing.length > 0) return missing.slice(0, left);
    const raw = transpose({
      rows: probes.length,
      columns: responses.length / probes.length,
      data: responses,
    });
    const family = this.familyOf(probes, raw);
    const listed = isSpent ? this.prior.probes : this.telling;
    const untold = family.order
      .filter((probe) => !done.has(probe))
      .slice(0, Math.max(0, listed - probes.length));
    if (untold.length > 0 && errorBound === 0 && !isSpent) return untold;
    const { expectedError, worth } = judge(family, probes, someRows(standardResponses(raw), MOST_OUTPUTS));
    if (expectedError <= (isSpent ? this.allowedBeyond(probes.length) : errorBound)) return null;
    const next = untold.length > 0 ? untold : untried(probes, worth);
    return next.slice(0, isSpent ? Math.min(this.furtherProbes, left) : this.roundOf(left));
  }

  /** A rest that is hardly more than a round is run with it. */
  private roundOf(left: number): number {
    return left < 1.5 * this.roundProbes ? left : this.roundProbes;
  }

  /** @param run how many probes were run, the whole budget at least */
  private allowedBeyond(run: number): number {
    const { budget, errorBound, errorFactor } = this.options;
    this.galleryError ??= galleryError(this.prior, budget);
    return Math.max(errorBound, errorAllowed(this.galleryError, errorFactor, run === this.most));
  }

  /**
   * Told by the common probes alone, so that it stays the same as more are run.
   *
   * @param raw C × n responses to `probes`
   */
  private familyOf(probes: Uint32Array, raw: Matrix): PriorFamily {
    const places = this.common.map((probe) => probes.indexOf(probe));
    const values = someRows(standardResponses(columnsOf(raw, places)), MOST_OUTPUTS);
    return likeliestOf(this.prior.families, this.common, values);
  }
}

/**
 * What is known after some probes, and what the others are worth: how uncertain they are, times the square of the
 * largest response that is expected of any output.
 *
 * @param values standardised responses of some outputs to `probes`
 */
function judge(
  family: PriorFamily,
  probes: Uint32Array,
  values: Matrix,
): { expectedError: number; worth: Float64Array } {
  const conditioned = new ConditionedPrior(family, probes);
  const variances = conditioned.variances();
  const unknown = variances.reduce((sum, value) => sum + value / variances.length, 0);
  const excitement = new Float64Array(variances.length).fill(LEAST_EXCITEMENT);
  const meanOf = wholeRowMean(conditioned, probes.length);
  let surprise = 0;
  for (let row = 0; row < values.rows; row++) {
    const responses = rowOf(values, row);
    const mean = meanOf(responses);
    const { completed, surprise: own } = conditioned.expect(responses.map((value) => value - mean));
    surprise += own / values.rows;
    for (let probe = 0; probe < completed.length; probe++)
      if (completed[probe] > 0) excitement[probe] = Math.max(excitement[probe], completed[probe] ** 2);
  }
  return {
    expectedError: surprise * unknown,
    worth: excitement.map((value, probe) => variances[probe] * value),
  };
}

/** The probes that were not run, worthiest first. */
function untried(probes: Uint32Array, worth: Float64Array): Uint32Array {
  const done = new Set(probes);
  return Uint32Array.from(worth.keys())
    .filter((probe) => !done.has(probe))
    .sort((a, b) => worth[b] - worth[a] || a - b);
}
