import type { Basis, ResponsePrior } from '../../src/domain/index.js';
import type { MatrixProducts } from '../../src/search/matrix-products.js';
import { fitPrior } from '../../src/search/snapshot/build/fit-prior.js';
import { basisOf, collectDescriptors, type ModelResponses } from '../accuracy/data/gallery.js';
import { KINDS } from '../accuracy/measure/descriptor-kinds.js';
import { pick } from '../accuracy/statistics/scores.js';

/** What is known before the models to be measured are seen. */
export interface Learned {
  basis: Basis;
  prior: ResponsePrior;
  /** The class of each exemplar of the prior. */
  exemplarClasses: string[];
}

/** Learns basis and prior from fully probed models, as a gallery's build does. */
export async function learn(with_: MatrixProducts, models: ModelResponses[]): Promise<Learned> {
  const { logits, rows } = collectDescriptors(models, KINDS.sharp);
  const basis = await basisOf(rows, with_);
  let first = 0;
  const rowsOfModels = models.map(({ raw }) => {
    const own = Uint32Array.from({ length: raw.rows }, (_, output) => first + output);
    first += raw.rows;
    return own;
  });
  const read = (chosen: Uint32Array) => pick(rows, [...chosen]);
  const prior = await fitPrior({ basis, models: rowsOfModels, read, products: with_ });
  const { count } = prior.exemplars;
  if (count !== logits.length)
    throw new Error(`the prior kept ${count} of ${logits.length} rows, so their classes are unknown`);
  return { basis, prior, exemplarClasses: logits.map(({ wnid }) => wnid) };
}
