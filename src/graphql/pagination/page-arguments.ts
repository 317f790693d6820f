import { Arg, Int } from 'type-graphql';

/** The argument `first` of a list that is read page by page. */
export function First() {
  return Arg('first', () => Int, { defaultValue: 10, description: 'Results on the page, 0 to 100.' });
}

/** Its argument `after`. */
export function After() {
  return Arg('after', () => String, {
    nullable: true,
    description: 'Cursor of the last result before the page; the first page when absent.',
  });
}
