import { ProbelogError } from '../../errors/index.js';
import type { LogitFilter } from './search-input.js';

const MAX_ITEMS = 1_000;
const LONGEST_TEXT = 300;

/**
 * @param name of the argument that the caller wrote it in
 * @throws ProbelogError INPUT_INVALID naming the field and what would be right
 */
export function checkFilter(filter: LogitFilter, name = 'filter'): void {
  const { minClasses, maxClasses } = filter;
  for (const field of ['models', 'excludeModels', 'licences'] as const) {
    const list = filter[field];
    if (list && list.length > MAX_ITEMS)
      refuse(field, `has ${list.length} items; at most ${MAX_ITEMS} are taken`);
  }
  for (const field of ['modelText', 'modelName', 'registry'] as const)
    checkText(filter[field], (what) => refuse(field, what));
  for (const field of ['maxFileBytes', 'minClasses', 'maxClasses'] as const) {
    const value = filter[field];
    if (typeof value === 'number' && !(value >= 0 && value <= Number.MAX_SAFE_INTEGER))
      refuse(field, `is ${value}; it must be 0 or more`);
  }
  for (const field of ['minCoverage', 'minExpectedAccuracy'] as const) {
    const value = filter[field];
    if (typeof value === 'number' && !(value >= 0 && value <= 1))
      refuse(field, `is ${value}; it must be from 0 to 1`);
  }
  if (typeof minClasses === 'number' && typeof maxClasses === 'number' && minClasses > maxClasses)
    refuse('minClasses', `is ${minClasses}, more than maxClasses, ${maxClasses}; nothing could match`);

  function refuse(field: string, what: string): never {
    const title = name === 'filter' ? `The filter's ${field}` : `The field ${field} of ${name}`;
    throw new ProbelogError('INPUT_INVALID', `${title} ${what}.`, { argument: name, field });
  }
}

/** Checks a text that narrows a list; `refuse` is told what is wrong with it. */
export function checkText(text: string | null | undefined, refuse: (what: string) => never): void {
  if (typeof text === 'string' && (text.trim() === '' || text.length > LONGEST_TEXT))
    refuse(`must have 1 to ${LONGEST_TEXT} characters; leave it out to allow all`);
}
