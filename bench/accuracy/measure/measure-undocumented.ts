import {
  CONFIDENCE_CURVES,
  confidence,
  type Matrix,
  nameStatistics,
  rowOf,
} from '../../../src/domain/index.js';
import type { MatrixProducts } from '../../../src/search/matrix-products.js';
import type { ModelResponses } from '../data/gallery.js';
import { STANDARD } from '../statistics/answers.js';
import { best } from '../statistics/rank.js';
import { products } from '../statistics/scores.js';
import { KINDS } from './descriptor-kinds.js';
import type { NameRows } from './measure-naming.js';

const OUTPUTS = 10;
const NAMES = 3;

/** What an undocumented model seems to recognize; there is nothing to judge it by. */
export interface NamedOutput {
  model: string;
  probeSet: string;
  output: number;
  names: { name: string; confidence: number }[];
}

/**
 * The outputs of an undocumented model that are named with the highest confidence, as the product names them.
 *
 * @param crowd descriptors of the gallery that a name must stand out from
 */
export async function nameOutputs(
  with_: MatrixProducts,
  probeSet: string,
  { model, raw }: ModelResponses,
  crowd: Matrix,
  { names, ours }: Pick<NameRows, 'names' | 'ours'>,
): Promise<NamedOutput[]> {
  const { means, deviations } = nameStatistics(await products(with_, ours, crowd));
  const scores = await products(with_, KINDS.sharp(raw), ours);
  const named = Array.from({ length: raw.rows }, (_, output) => {
    const distances = rowOf(scores, output).map(
      (score, name) => (score - means[name]) / (deviations[name] || 1),
    );
    return {
      model: model.id,
      probeSet,
      output,
      names: best(distances, NAMES, () => true).map((name) => ({
        name: names[name],
        confidence: confidence(distances[name], STANDARD, CONFIDENCE_CURVES.NAME),
      })),
    };
  });
  return named.sort((a, b) => b.names[0].confidence - a.names[0].confidence).slice(0, OUTPUTS);
}
