/**
 * Positions of the highest or lowest values, strongest first; ties by position, values that are not numbers last.
 *
 * @param count how many, at most
 */
export function strongest(values: Float32Array, count: number, which: 'HIGHEST' | 'LOWEST'): number[] {
  const sign = which === 'HIGHEST' ? -1 : 1;
  const numbers = Array.from(values.keys()).filter((position) => !Number.isNaN(values[position]));
  return numbers.sort((a, b) => sign * (values[a] - values[b]) || a - b).slice(0, count);
}
