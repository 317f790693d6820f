/**
 * Indexes of the highest values, highest first, without sorting all values. Ties are ordered by index.
 *
 * @param count maximum number of indexes; fast when small
 */
export function topIndexes(values: ArrayLike<number>, count: number): number[] {
  const kept: number[] = [];
  for (let index = 0; index < values.length; index++) {
    if (kept.length === count && !(values[index] > values[kept[count - 1]])) continue;
    let place = 0;
    for (let end = kept.length; place < end; ) {
      const middle = (place + end) >> 1;
      if (values[kept[middle]] < values[index]) end = middle;
      else place = middle + 1;
    }
    kept.splice(place, 0, index);
    if (kept.length > count) kept.pop();
  }
  return kept;
}
