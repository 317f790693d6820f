/** What the beginning of a logged array tells. */
export interface ExampleFacts {
  /** Sizes from the outermost to the innermost dimension; null for one whose end was not read. */
  shape: (number | null)[];
  min: number;
  max: number;
}

const MAX_DIMENSIONS = 8;

/**
 * Reads an array of numbers as JSON, or the beginning of one: an example of an image has millions of characters. It is scanned
 * without making the array.
 *
 * @returns null when it is no array of numbers
 */
export function readExample(text: string): ExampleFacts | null {
  const shape: (number | null)[] = [];
  /** Elements so far of the open arrays, the outermost first. */
  const counts: number[] = [];
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const [token] of text.matchAll(/[[\]]|[^[\],\s]+/g)) {
    if (token === '[') {
      if (counts.length > 0) counts[counts.length - 1]++;
      counts.push(0);
      if (counts.length > MAX_DIMENSIONS) return null;
      if (shape.length < counts.length) shape.push(null);
    } else if (token === ']') {
      const count = counts.pop();
      if (count === undefined) return null;
      shape[counts.length] ??= count;
      if (counts.length === 0) break;
    } else {
      const value = Number(token);
      if (counts.length === 0 || Number.isNaN(value)) {
        // The text may end within a number.
        if (counts.length > 0 && text.endsWith(token)) break;
        return null;
      }
      counts[counts.length - 1]++;
      if (value < min) min = value;
      if (value > max) max = value;
    }
  }
  return min <= max ? { shape, min, max } : null;
}
