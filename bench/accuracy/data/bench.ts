import type { Matrix } from '../../../src/domain/index.js';
import type { MatrixProducts } from '../../../src/search/matrix-products.js';
import type { TextEncoder } from '../../../src/text/index.js';
import type { Hub } from './hub.js';
import type { JudgedAnswers } from '../measure/measure-confidence.js';

/** What a run works with. */
export interface Bench {
  folder: string;
  hub: Hub;
  encoder: TextEncoder;
  products: MatrixProducts;
  withZoo: boolean;
  /** Whether to sweep the product's constants as well. */
  withChoice: boolean;
  /** Embeddings of the shipped vocabulary. */
  vocabulary: Matrix;
  /** Answers with a confidence, of all probe sets so far; filled on the way. */
  judged: JudgedAnswers[];
}
