import { MODEL_LIMITS } from './limits.js';
import type { MessageReader } from './message-reader.js';

/**
 * How many elements a constant of this shape has.
 *
 * @throws ProbelogError MODEL_MALFORMED when a dimension is negative, or their product more than memory can hold
 */
export function elementsOf(reader: MessageReader, shape: readonly number[]): number {
  if (shape.some((size) => size < 0)) throw impossibleShape(reader, shape);
  return fixedElements(reader, shape);
}

/** The same for a declared shape, whose free dimensions are left out. */
export function fixedElements(reader: MessageReader, sizes: readonly number[]): number {
  let elements = 1;
  for (const size of sizes) {
    // Each on its own too: a zero makes any product small.
    if (size > MODEL_LIMITS.elements) throw impossibleShape(reader, sizes);
    elements *= size;
  }
  if (elements > MODEL_LIMITS.elements) throw impossibleShape(reader, sizes);
  return elements;
}

function impossibleShape(reader: MessageReader, shape: readonly number[]) {
  return reader.error('MODEL_MALFORMED', `the shape [${shape.join(', ')}] is impossible.`, {
    shape: [...shape],
  });
}
