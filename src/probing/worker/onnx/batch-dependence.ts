import type { OnnxGraph } from './model.js';

/** Operators whose scale depends on all images of a batch. */
const DYNAMIC = new Set(['DynamicQuantizeLinear', 'DynamicQuantizeMatMul']);

/**
 * Whether operators say that the answer to an image depends on the others in its batch. A trial run finds the models whose
 * operators do not.
 */
export function dependsOnBatch({ nodes }: OnnxGraph): boolean {
  return nodes.some(
    ({ operator, attributes }) => DYNAMIC.has(operator) || attributes.get('training_mode')?.ints[0] === 1,
  );
}
