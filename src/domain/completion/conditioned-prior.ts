import { factorize, solve, solveLower, solveLowerFour } from '../linalg/cholesky.js';
import { dot, dotAt } from '../linalg/inner-product.js';
import { type Matrix, rowOf } from '../linalg/matrix.js';
import type { PriorFamily } from './response-prior.js';

/**
 * A family's prior conditioned on the responses to some probes O (a Gaussian posterior). With A = I + W_Oᵀ N_O⁻¹ W_O,
 * factorized once for all outputs of a model, the posterior mean is `x̂ = W z, z = A⁻¹ W_Oᵀ N_O⁻¹ x_O`: ridge regression
 * on the family's directions, each probe weighted by the inverse of its noise (docs/collaborative-probing.md).
 */
export class ConditionedPrior {
  /** q × q: A's Cholesky factor. */
  private readonly lower: Float64Array;
  /** q × n: W_Oᵀ N_O⁻¹ */
  private readonly weights: Float64Array;

  /** @param observed indices of the probes that were run */
  constructor(
    private readonly family: Pick<PriorFamily, 'factor' | 'noise'>,
    private readonly observed: ArrayLike<number>,
  ) {
    const { factor, noise } = family;
    const rank = factor.columns;
    const count = observed.length;
    this.weights = new Float64Array(rank * count);
    const scaled = new Float64Array(rank * count);
    for (let place = 0; place < count; place++) {
      const direction = rowOf(factor, observed[place]);
      const deviation = Math.sqrt(noise[observed[place]]);
      for (let row = 0; row < rank; row++) {
        scaled[row * count + place] = direction[row] / deviation;
        this.weights[row * count + place] = direction[row] / noise[observed[place]];
      }
    }
    const matrix = lowerGram(scaled, rank, count);
    for (let axis = 0; axis < rank; axis++) matrix[axis * rank + axis] += 1;
    factorize(matrix, rank);
    this.lower = matrix;
  }

  /**
   * The posterior mean of the standardized responses, with the observed ones unchanged, and how surprising these are:
   * `x_Oᵀ K_O⁻¹ x_O / n`, the squared Mahalanobis distance per probe. It is 1 if the prior is right, and larger if the
   * prior underestimates the uncertainty.
   *
   * @param values n standardized responses
   */
  estimate(values: Float32Array): { completed: Float32Array; surprise: number } {
    const { factor, noise } = this.family;
    const b = this.project(values);
    const z = b.slice();
    solve(this.lower, z.length, z);
    let quadratic = 0;
    for (let place = 0; place < values.length; place++)
      quadratic += values[place] ** 2 / noise[this.observed[place]];
    for (let axis = 0; axis < z.length; axis++) quadratic -= b[axis] * z[axis];
    const completed = new Float32Array(factor.rows);
    for (let probe = 0; probe < factor.rows; probe++)
      completed[probe] = dotAt(factor.data, probe * z.length, z);
    for (let place = 0; place < values.length; place++) completed[this.observed[place]] = values[place];
    return { completed, surprise: quadratic / values.length };
  }

  /** K_O⁻¹ x_O, where K is the prior's covariance. */
  precisionTimes(values: Float32Array): Float32Array {
    const z = this.project(values);
    solve(this.lower, z.length, z);
    return values.map((value, place) => {
      let explained = 0;
      for (let axis = 0; axis < z.length; axis++)
        explained += z[axis] * this.weights[axis * values.length + place];
      return value / this.family.noise[this.observed[place]] - explained;
    });
  }

  /** n: the diagonal of K_O⁻¹. `precisionTimes(x)` over it is what each response is off from its prediction by the others. */
  precisionDiagonal(): Float32Array {
    const count = this.observed.length;
    const rank = this.family.factor.columns;
    const diagonal = new Float32Array(count);
    const solved = new Float64Array(rank * 4);
    for (let first = 0; first < count; first += 4) {
      const lanes = Math.min(4, count - first);
      for (let lane = 0; lane < lanes; lane++)
        for (let axis = 0; axis < rank; axis++)
          solved[axis * 4 + lane] = this.weights[axis * count + first + lane];
      solveLowerFour(this.lower, rank, solved);
      for (let lane = 0; lane < lanes; lane++) {
        let explained = 0;
        for (let axis = 0; axis < rank; axis++) explained += solved[axis * 4 + lane] ** 2;
        diagonal[first + lane] = 1 / this.family.noise[this.observed[first + lane]] - explained;
      }
    }
    return diagonal;
  }

  /** Log-likelihood of one output's responses, up to a constant that depends on the probes only. */
  logLikelihood(values: Float32Array): number {
    const b = this.project(values);
    solveLower(this.lower, b.length, b);
    let exponent = 0;
    for (let axis = 0; axis < b.length; axis++) exponent += b[axis] ** 2;
    let logs = 0;
    for (let place = 0; place < values.length; place++) {
      const noise = this.family.noise[this.observed[place]];
      exponent -= values[place] ** 2 / noise;
      logs += Math.log(noise);
    }
    for (let axis = 0; axis < b.length; axis++) logs += 2 * Math.log(this.lower[axis * b.length + axis]);
    return (exponent - logs) / 2;
  }

  /** P posterior variances; 0 for probes that were run. */
  variances(): Float32Array {
    const { factor, noise } = this.family;
    const variances = new Float32Array(factor.rows);
    const rank = factor.columns;
    const solved = new Float64Array(rank * 4);
    for (let first = 0; first < factor.rows; first += 4) {
      const count = Math.min(4, factor.rows - first);
      for (let lane = 0; lane < count; lane++)
        for (let axis = 0; axis < rank; axis++)
          solved[axis * 4 + lane] = factor.data[(first + lane) * rank + axis];
      solveLowerFour(this.lower, rank, solved);
      for (let lane = 0; lane < count; lane++) {
        let sum = noise[first + lane];
        for (let axis = 0; axis < rank; axis++) sum += solved[axis * 4 + lane] ** 2;
        variances[first + lane] = sum;
      }
    }
    for (let place = 0; place < this.observed.length; place++) variances[this.observed[place]] = 0;
    return variances;
  }

  private project(values: Float32Array): Float64Array {
    const projected = new Float64Array(this.family.factor.columns);
    for (let axis = 0; axis < projected.length; axis++) {
      const start = axis * values.length;
      let [even, odd] = [0, 0];
      let place = 0;
      for (; place + 1 < values.length; place += 2) {
        even += this.weights[start + place] * values[place];
        odd += this.weights[start + place + 1] * values[place + 1];
      }
      if (place < values.length) even += this.weights[start + place] * values[place];
      projected[axis] = even + odd;
    }
    return projected;
  }
}

/** The lower triangle of X Xᵀ, computed in 2 × 2 tiles so that each value read is used twice. */
function lowerGram(x: Float64Array, rows: number, columns: number): Float64Array {
  const product = new Float64Array(rows * rows);
  for (let row = 0; row < rows; row += 2) {
    const a0 = row * columns;
    const a1 = row + 1 < rows ? a0 + columns : a0;
    for (let column = 0; column <= row; column += 2) {
      const b0 = column * columns;
      const b1 = column + 1 < rows ? b0 + columns : b0;
      let [s00, s01, s10, s11] = [0, 0, 0, 0];
      for (let place = 0; place < columns; place++) {
        const x0 = x[a0 + place];
        const x1 = x[a1 + place];
        const y0 = x[b0 + place];
        const y1 = x[b1 + place];
        s00 += x0 * y0;
        s01 += x0 * y1;
        s10 += x1 * y0;
        s11 += x1 * y1;
      }
      product[row * rows + column] = s00;
      if (column + 1 < rows) product[row * rows + column + 1] = s01;
      if (row + 1 < rows) product[(row + 1) * rows + column] = s10;
      if (row + 1 < rows && column + 1 < rows) product[(row + 1) * rows + column + 1] = s11;
    }
  }
  return product;
}

/**
 * The family with the highest likelihood of a model's outputs.
 *
 * @param observed indices of probes that were run
 * @param values C × n standardized responses to them
 */
export function mostLikelyFamily<Family extends Pick<PriorFamily, 'factor' | 'noise'>>(
  families: readonly Family[],
  observed: ArrayLike<number>,
  values: Matrix,
): Family {
  const conditioned = families.map((family) => new ConditionedPrior(family, observed));
  return families[mostLikelyIndex(conditioned, values)];
}

/** The index of the most likely family, for families that are conditioned already. */
export function mostLikelyIndex(conditioned: readonly ConditionedPrior[], values: Matrix): number {
  const likelihoods = conditioned.map((family) => {
    let sum = 0;
    for (let row = 0; row < values.rows; row++) sum += family.logLikelihood(rowOf(values, row));
    return sum;
  });
  return likelihoods.indexOf(Math.max(...likelihoods));
}

/**
 * Estimates the mean of a whole row from its observed responses, by generalized least squares under the prior, whose rows
 * have mean 0. Chosen probes are not a random sample, so their plain mean is biased.
 *
 * @param count number of observed probes
 */
export function glsMeanEstimator(
  conditioned: ConditionedPrior,
  count: number,
): (values: Float32Array) => number {
  const ones = conditioned.precisionTimes(new Float32Array(count).fill(1));
  const total = ones.reduce((sum, value) => sum + value, 0);
  return (values) => dot(ones, values) / total;
}
