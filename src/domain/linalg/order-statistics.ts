/**
 * The values that would stand at some places after sorting, without sorting all of them (C. A. R. Hoare, "Find",
 * Communications of the ACM 4, 1961).
 *
 * @param values finite numbers
 * @param places ascending, each below the number of values
 */
export function orderStatistics(values: ArrayLike<number>, places: readonly number[]): number[] {
  const numbers = new Float64Array(values);
  const found: number[] = [];
  let first = 0;
  for (const place of places) {
    select(numbers, place, first);
    found.push(numbers[place]);
    first = place;
  }
  return found;
}

/** Moves the number of this rank to its place, smaller ones before it and larger ones behind; all before `low` are smaller. */
function select(numbers: Float64Array, place: number, low: number): void {
  let high = numbers.length - 1;
  while (low < high) {
    const pivot = numbers[place];
    let left = low;
    let right = high;
    while (left <= right) {
      while (numbers[left] < pivot) left++;
      while (numbers[right] > pivot) right--;
      if (left > right) break;
      const moved = numbers[left];
      numbers[left++] = numbers[right];
      numbers[right--] = moved;
    }
    if (right < place) low = left;
    if (left > place) high = right;
  }
}
