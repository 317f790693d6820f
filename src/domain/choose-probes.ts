import { HEAVY_TAILS, someRows } from './complete-descriptors.js';
import { ConditionedPrior, likeliestOf } from './conditioned-prior.js';
import { descriptors } from './descriptors.js';
import { type Matrix, rowOf } from './matrix.js';
import { columnsOf } from './matrix-columns.js';
import type { PriorFamily, ResponsePrior } from './response-prior.js';
import { transpose } from './transpose.js';

/** How far probing goes. */
export interface ChooserOptions {
  /** Most probes to run, as a share of P, (0, 1]. */
  budget: number;
  /** Probing stops when the mean expected error of the outputs (see `CompletedDescriptors`) is no more; 0: never. */
  errorBound: number;
}

/** Probes by which a model's family is told; the same for every model. */
const FAMILY_PROBES = 60;
/** Share of the budget that goes to what tells most of the family's other probes, before the model's own are sought. */
const STATIC_SHARE = 0.65;
const ROUND_PROBES = 32;
/** The same as a share of P: few rounds for large probe sets. */
const ROUND_SHARE = 0.025;
/** A model's outputs that have a say in what is run next. */
const MOST_OUTPUTS = 64;

/**
 * Chooses which probes a model is run on, in three steps:
 *
 *   the same few for every model ─▶ which family? ─▶ what tells most in that family ─▶ rounds: what is uncertain and
 *   expected to excite an output, judged by all responses so far ─▶ budget spent, or the expected error small enough
 *
 * A concept lives in the few probes that excite it, so the last step is what saves queries by text, and the second
 * what saves the comparison of logits (docs/collaborative-measured.md).
 */
export class ProbeChooser {
  /** Most probes that will be run. */
  readonly most: number;
  /** Probes by which a family is told: they come first. */
  private readonly common: Uint32Array;

  constructor(
    private readonly prior: ResponsePrior,
    private readonly options: ChooserOptions,
  ) {
    this.most = Math.min(prior.probes, Math.max(1, Math.ceil(options.budget * prior.probes)));
    this.common = prior.families[0].order.slice(0, Math.min(FAMILY_PROBES, this.most));
  }

  /**
   * The next probes to run; null when enough were run. Depends on nothing but its arguments, so that an interrupted
   * run goes on where it was.
   *
   * @param probes n different indices
   * @param responses n × C raw responses, probe-major
   */
  next(probes: Uint32Array, responses: Float32Array): Uint32Array | null {
    if (probes.length >= this.most) return null;
    const done = new Set(probes);
    const missing = this.common.filter((probe) => !done.has(probe));
    if (missing.length > 0) return missing.slice(0, this.most - probes.length);
    const raw = transpose({
      rows: probes.length,
      columns: responses.length / probes.length,
      data: responses,
    });
    const family = this.familyOf(probes, raw);
    const telling = family.order.slice(0, Math.ceil(STATIC_SHARE * this.most));
    const untold = telling.filter((probe) => !done.has(probe));
    if (untold.length > 0) return untold.slice(0, this.most - probes.length);

    const values = someRows(descriptors(raw), MOST_OUTPUTS);
    const conditioned = new ConditionedPrior(family, probes);
    const variances = conditioned.variances();
    const left = variances.reduce((sum, value) => sum + value / variances.length, 0);
    const excitement = new Float64Array(this.prior.probes);
    let surprise = 0;
    for (let row = 0; row < values.rows; row++) {
      const { completed: expected, surprise: own } = conditioned.expect(rowOf(values, row));
      surprise += own / values.rows;
      for (let probe = 0; probe < expected.length; probe++)
        if (expected[probe] > 0) excitement[probe] += expected[probe] ** 2 / values.rows;
    }
    if (HEAVY_TAILS * surprise * left <= this.options.errorBound) return null;
    const worth = excitement.map((value, probe) => (done.has(probe) ? -1 : variances[probe] * (1 + value)));
    const round = Math.max(ROUND_PROBES, Math.ceil(ROUND_SHARE * this.prior.probes));
    return Uint32Array.from(worth.keys())
      .sort((a, b) => worth[b] - worth[a] || a - b)
      .slice(0, Math.min(round, this.most - probes.length));
  }

  /**
   * Told by the common probes alone, so that it stays the same as more are run.
   *
   * @param raw C × n responses to `probes`
   */
  private familyOf(probes: Uint32Array, raw: Matrix): PriorFamily {
    const places = this.common.map((probe) => probes.indexOf(probe));
    const values = someRows(descriptors(columnsOf(raw, places)), MOST_OUTPUTS);
    const conditioned = this.prior.families.map((family) => new ConditionedPrior(family, this.common));
    return likeliestOf(conditioned, values).family;
  }
}
