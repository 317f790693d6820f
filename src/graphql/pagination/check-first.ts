import { ProbelogError } from '../../errors/index.js';

/** Most results on one page. */
export const MAX_PAGE_SIZE = 100;

/** @throws ProbelogError INPUT_INVALID unless `first` is a number of results that fits on a page */
export function checkFirst(first: number): number {
  if (first >= 0 && first <= MAX_PAGE_SIZE) return first;
  throw new ProbelogError('INPUT_INVALID', `first is ${first}; it must be from 0 to ${MAX_PAGE_SIZE}.`, {
    argument: 'first',
    least: 0,
    most: MAX_PAGE_SIZE,
  });
}
