import type { MatrixProducts } from '../../src/search/matrix-products.js';
import type { TextEncoder } from '../../src/text/index.js';
import type { Answer } from './calibration.js';
import type { Hub } from './hub.js';

/** What a run works with. */
export interface Bench {
  folder: string;
  hub: Hub;
  encoder: TextEncoder;
  products: MatrixProducts;
  withZoo: boolean;
  /** Answers of the choosing halves, by row; filled on the way. */
  choosing: Map<string, Answer[]>;
}
