import { factorise, solve, solveLower } from './cholesky.js';
import { type Matrix, rowOf } from './matrix.js';
import type { PriorFamily } from './response-prior.js';

/**
 * A family's prior once the responses to some probes are known. With A = I + W_Oᵀ N_O⁻¹ W_O, factorised once for all
 * outputs of a model, the expected descriptor is `x̂ = W z, z = A⁻¹ W_Oᵀ N_O⁻¹ x_O`: ridge regression on the family's
 * directions (design 3.5c), each probe weighed by how much of it they leave over.
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
    const matrix = new Float64Array(rank * rank);
    for (let place = 0; place < count; place++) {
      const direction = rowOf(factor, observed[place]);
      const certainty = 1 / noise[observed[place]];
      for (let row = 0; row < rank; row++) {
        const weight = direction[row] * certainty;
        this.weights[row * count + place] = weight;
        for (let column = 0; column <= row; column++)
          matrix[row * rank + column] += weight * direction[column];
      }
    }
    for (let axis = 0; axis < rank; axis++) matrix[axis * rank + axis] += 1;
    factorise(matrix, rank);
    this.lower = matrix;
  }

  /**
   * The expected standardised responses, in which what was observed stays as it is, and how surprising the responses are:
   * `x_Oᵀ K_O⁻¹ x_O / n`, 1 when they are as the prior says, and more when less is known than it says.
   *
   * @param values n standardised responses
   */
  expect(values: Float32Array): { completed: Float32Array; surprise: number } {
    const { factor, noise } = this.family;
    const b = this.project(values);
    const z = b.slice();
    solve(this.lower, z.length, z);
    let weighed = 0;
    for (let place = 0; place < values.length; place++)
      weighed += values[place] ** 2 / noise[this.observed[place]];
    for (let axis = 0; axis < z.length; axis++) weighed -= b[axis] * z[axis];
    const completed = new Float32Array(factor.rows);
    for (let probe = 0; probe < factor.rows; probe++) {
      const direction = rowOf(factor, probe);
      let sum = 0;
      for (let axis = 0; axis < direction.length; axis++) sum += direction[axis] * z[axis];
      completed[probe] = sum;
    }
    for (let place = 0; place < values.length; place++) completed[this.observed[place]] = values[place];
    return { completed, surprise: weighed / values.length };
  }

  /** K_O⁻¹ x_O, where K is the prior's covariance: what the observed responses weigh beside each other. */
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

  /** How likely the responses of one output are, as a logarithm, up to a constant of the probes alone. */
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

  /** P variances of what is not known yet; 0 where a probe was run. */
  variances(): Float32Array {
    const { factor, noise } = this.family;
    const variances = new Float32Array(factor.rows);
    const solved = new Float64Array(factor.columns);
    for (let probe = 0; probe < factor.rows; probe++) {
      solved.set(rowOf(factor, probe));
      solveLower(this.lower, solved.length, solved);
      let sum = noise[probe];
      for (let axis = 0; axis < solved.length; axis++) sum += solved[axis] ** 2;
      variances[probe] = sum;
    }
    for (let place = 0; place < this.observed.length; place++) variances[this.observed[place]] = 0;
    return variances;
  }

  private project(values: Float32Array): Float64Array {
    const rank = this.family.factor.columns;
    const projected = new Float64Array(rank);
    for (let axis = 0; axis < rank; axis++) {
      const start = axis * values.length;
      let sum = 0;
      for (let place = 0; place < values.length; place++) sum += this.weights[start + place] * values[place];
      projected[axis] = sum;
    }
    return projected;
  }
}

/**
 * The family under which a model's outputs are most likely.
 *
 * @param observed indices of probes that were run
 * @param values C × n standardised responses to them
 */
export function likeliestOf<Family extends Pick<PriorFamily, 'factor' | 'noise'>>(
  families: readonly Family[],
  observed: ArrayLike<number>,
  values: Matrix,
): Family {
  const likelihoods = families.map((family) => {
    const conditioned = new ConditionedPrior(family, observed);
    let sum = 0;
    for (let row = 0; row < values.rows; row++) sum += conditioned.logLikelihood(rowOf(values, row));
    return sum;
  });
  return families[likelihoods.indexOf(Math.max(...likelihoods))];
}
