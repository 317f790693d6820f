import { MODEL_LIMITS } from './limits.js';
import type { MessageReader } from './message-reader.js';

/**
 * The number of elements of a constant with this shape.
 *
 * @throws ProbelogError MODEL_MALFORMED for a negative dimension or a product that exceeds any memory
 */
export function elementsOf(reader: MessageReader, shape: readonly number[]): number {
  if (shape.some((size) => size < 0)) throw impossibleShape(reader, shape);
  return fixedElements(reader, shape);
}

/** The same for the fixed dimensions of a declared shape. */
export function fixedElements(reader: MessageReader, sizes: readonly number[]): number {
  let elements = 1;
  for (const size of sizes) {
    // Each dimension by itself, too, since a zero makes any product small.
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
