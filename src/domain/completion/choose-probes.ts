import { type Descriptors, standardizedResponses } from '../descriptors/descriptors.js';
import { columnsOf, type Matrix, rowOf, transpose } from '../linalg/matrix.js';
import { expectedErrorAtBudget, maxAcceptedError } from './accepted-error.js';
import { sampleRows } from './complete-descriptors.js';
import { ConditionedPrior, glsMeanEstimator, mostLikelyIndex } from './conditioned-prior.js';
import type { Exemplars } from './exemplars.js';
import { resemblances } from './resemblance.js';
import { COMMON_PROBES, type PriorFamily, type ResponsePrior } from './response-prior.js';

/** When probing stops. */
export interface ChooserOptions {
  /** Probes to run, as a share of P, (0, 1]. */
  budget: number;
  /**
   * Probing stops at this mean expected squared error of the outputs; 0: never. It is the error of standardized responses
   * of variance 1, before sharpening; that of the descriptors (`CompletedDescriptors`) is often somewhat larger.
   */
  errorBound: number;
  /** All probes are run if, after the budget, the error exceeds this multiple of the gallery's (`maxAcceptedError`); 0: never. */
  errorFactor: number;
}

/** Probes per round. */
const ROUND_PROBES = 32;
/** The same as a share of P, so that large probe sets take few rounds. */
const ROUND_SHARE = 0.025;
/** Up to this share of P, probes follow the D-optimal order: too little is known for adaptive choices. */
const ORDERED_SHARE = 0.2;
/** Share of the remaining budget for probes chosen adaptively, where outputs are expected to respond. */
const ADAPTIVE_SHARE = 0.5;
/** Outputs that choices are based on. */
const MAX_OUTPUTS = 64;

/**
 * Chooses the probes that a model is run on (active learning), in three steps:
 *
 *   common probes ─▶ family ─▶ D-optimal order, for most of the budget ─▶ adaptive rounds: in turn, each output's own probe of
 *   the largest expected response ─▶ budget spent, or expected error small enough
 *
 * A model with too large an error after its budget is unlike the gallery (`accepted-error.ts`), and all its other probes
 * are run at once. Another round would cost as much as dozens of forward passes to save a few, and a fully probed model
 * improves the prior for its kind. The same holds for a model without any response that varies.
 *
 * Concepts match an output by the few probes with a strong response, and neighbors do not know those that are its own, so
 * adaptive rounds help concepts. In turn, so that no output takes the rounds of the others. They cost accuracy in other
 * searches, so they are few (docs/collaborative-measured.md).
 */
export class ProbeChooser {
  /** Number of probes that the budget allows. */
  readonly maxProbes: number;
  /** Probes that determine the family; they are run first. */
  private readonly common: Uint32Array;
  private readonly roundProbes: number;
  /** Number of probes to run in D-optimal order. */
  private readonly orderedProbes: number;
  /** The families conditioned on the common probes; computed on first use. */
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
   * The next probes to run; null to stop. Depends only on its arguments, so that an interrupted run makes the same
   * choices.
   *
   * @param probes n different indices of probes that were run
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
    const conditioned = new ConditionedPrior(family, probes);
    const { error, expected } = expectation(conditioned, probes.length, values);
    const unknown = degenerateShare(standard);
    const overAll = (errorOfOthers: number) => (1 - unknown) * errorOfOthers + unknown;
    // Whether a model is like the gallery is judged by the regression alone, as the gallery's own error is.
    if (left <= 0) return overAll(error) <= this.maxErrorAtBudget() ? null : this.allExcept(done);
    const isKnown = () =>
      overAll(error * meanErrorRatio(this.prior.exemplars, conditioned, probes, values)) <= errorBound;
    if (errorBound > unknown && isKnown()) return null;
    const size = this.roundSize(left);
    if (ordered.length > 0) return ordered.slice(0, size);
    return inTurn(expected, done, size, Math.max(0, probes.length - this.orderedProbes));
  }

  private allExcept(done: ReadonlySet<number>): Uint32Array {
    return Uint32Array.from({ length: this.prior.probes }, (_, probe) => probe).filter(
      (probe) => !done.has(probe),
    );
  }

  /** Runs a small remainder together with the last round. */
  private roundSize(left: number): number {
    return left < 1.5 * this.roundProbes ? left : this.roundProbes;
  }

  private maxErrorAtBudget(): number {
    const { budget, errorBound, errorFactor } = this.options;
    return Math.max(errorBound, maxAcceptedError(expectedErrorAtBudget(this.prior, budget), errorFactor));
  }

  /**
   * The model's family, from the common probes alone, so that it never changes during a run.
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

/** Share of a model's outputs whose responses are constant so far. */
function degenerateShare({ degenerate }: Descriptors): number {
  return degenerate.reduce((sum, flag) => sum + flag, 0) / degenerate.length;
}

/**
 * The expected error of the regression after some probes, and the responses that it expects of each output.
 *
 * @param conditioned on the `count` probes that were run
 * @param values standardized responses of some outputs to them
 */
function expectation(
  conditioned: ConditionedPrior,
  count: number,
  values: Matrix,
): { error: number; expected: Float32Array[] } {
  const variances = conditioned.variances();
  const meanVariance = variances.reduce((sum, value) => sum + value / variances.length, 0);
  const meanOf = glsMeanEstimator(conditioned, count);
  let surprise = 0;
  const expected = Array.from({ length: values.rows }, (_, row) => {
    const responses = rowOf(values, row);
    const mean = meanOf(responses);
    const { completed, surprise: own } = conditioned.estimate(responses.map((value) => value - mean));
    surprise += own / values.rows;
    return completed;
  });
  return { error: surprise * meanVariance, expected };
}

/** What neighbors leave of the error, over outputs; 1 without exemplars. */
function meanErrorRatio(
  exemplars: Exemplars,
  conditioned: ConditionedPrior,
  probes: Uint32Array,
  values: Matrix,
): number {
  const alike = resemblances(exemplars, conditioned, probes, values);
  return alike ? alike.reduce((sum, { errorRatio }) => sum + errorRatio, 0) / alike.length : 1;
}

/**
 * Probes that were not run: in turn, the one of each output's largest expected response.
 *
 * @param expected P responses of each output
 * @param count at most the number of probes that were not run
 * @param turn the first output's; counted on, so that all outputs get as many
 */
function inTurn(
  expected: readonly Float32Array[],
  done: ReadonlySet<number>,
  count: number,
  turn: number,
): Uint32Array {
  const taken = new Set(done);
  return Uint32Array.from({ length: count }, (_, place) => {
    const responses = expected[(turn + place) % expected.length];
    let largest = -1;
    for (let probe = 0; probe < responses.length; probe++)
      if (!taken.has(probe) && (largest < 0 || responses[probe] > responses[largest])) largest = probe;
    taken.add(largest);
    return largest;
  });
}
