import { transpose, WHITENING_EXPONENT, whiteningMatrix } from '../../domain/index.js';
import { FloatRows } from '../kernel/float-rows.js';
import type { Snapshot } from './snapshot.js';

/** Products of single queries with a snapshot's directions, which are laid out for that when the first query comes. */
export class BasisProducts {
  private forIndex: FloatRows | null = null;
  private forWeights: FloatRows | null = null;

  constructor(private readonly snapshot: Pick<Snapshot, 'basis' | 'wide'>) {}

  /** `indexQuery` under the wide basis. */
  indexQuery(weights: Float32Array): Float32Array {
    this.forIndex ??= new FloatRows(transpose(whiteningMatrix(this.snapshot.wide, -WHITENING_EXPONENT)));
    return this.forIndex.multiply(weights);
  }

  /** The weights of a query by logit, as `logitQuery`. @param whitened the logit's whitened vector, of length 1 */
  weightsOf(whitened: Float32Array): Float32Array {
    this.forWeights ??= new FloatRows(whiteningMatrix(this.snapshot.basis));
    return this.forWeights.multiply(whitened);
  }
}
