import { ProbelogError } from '../errors/index.js';

/** Most results on one page. */
export const MOST_PER_PAGE = 100;

/** @throws ProbelogError INPUT_INVALID unless `first` is a number of results that fits on a page */
export function checkFirst(first: number): number {
  if (first >= 0 && first <= MOST_PER_PAGE) return first;
  throw new ProbelogError('INPUT_INVALID', `first is ${first}; it must be from 0 to ${MOST_PER_PAGE}.`, {
    argument: 'first',
    least: 0,
    most: MOST_PER_PAGE,
  });
}
