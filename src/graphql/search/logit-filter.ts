import { Field, Float, ID, InputType, Int } from 'type-graphql';
import { ProbelogError } from '../../errors/index.js';
import { LOGIT_FILTERS, type LogitFilterName, type LogitFilterValue } from '../../lib/logit-filters.js';
import type { ModelFilter as StoredModelFilter } from '../../store/index.js';
import { keyOf } from '../schema/global-id.js';

const MAX_ITEMS = 1_000;
const MAX_TEXT_LENGTH = 300;

/** Filters that are two ends of a range. */
const RANGES = [
  ['minClasses', 'maxClasses'],
  ['minFileBytes', 'maxFileBytes'],
] as const;

/** Which logits a search may find. */
export type LogitFilter = { [Name in LogitFilterName]?: LogitFilterValue<Name> | null } & {
  /** Old name of `licenses`. */
  licences?: string[] | null;
};

@InputType('LogitFilter', {
  description: 'Which logits a search may find. All conditions must hold.',
})
class LogitFilterInput {}
export const LogitFilter = LogitFilterInput;

for (const [name, filter] of Object.entries(LOGIT_FILTERS)) {
  const type = () => typeOf(name as LogitFilterName);
  const { description } = filter;
  Field(type, { nullable: true, description })(LogitFilterInput.prototype, name);
  if ('deprecatedName' in filter)
    Field(type, {
      nullable: true,
      description: `Old name of \`${name}\`.`,
      deprecationReason: `Use ${name}.`,
    })(LogitFilterInput.prototype, filter.deprecatedName);
}

function typeOf(name: LogitFilterName) {
  const { kind } = LOGIT_FILTERS[name];
  if (kind === 'IDS') return [ID];
  if (kind === 'TEXTS') return [String];
  if (kind === 'TEXT') return String;
  // GraphQL's Int ends at 2³¹ − 1, which files exceed.
  return kind === 'SHARE' || name === 'minFileBytes' || name === 'maxFileBytes' ? Float : Int;
}

/**
 * Checks a filter.
 *
 * @param argument the name of the argument that the filter was given in
 * @returns the filter, old names replaced
 * @throws ProbelogError INPUT_INVALID naming the field and the values it takes
 */
export function checkFilter({ licences, ...filter }: LogitFilter, argument = 'filter'): LogitFilter {
  const refuse = (field: string, problem: string): never => {
    const title = argument === 'filter' ? `The filter's ${field}` : `The field ${field} of ${argument}`;
    throw new ProbelogError('INPUT_INVALID', `${title} ${problem}.`, { argument, field });
  };
  const licenses = filter.licenses ?? licences;
  if (filter.licenses && licences) refuse('licences', 'is the old name of licenses; give only licenses');
  const checked = { ...filter, licenses };
  for (const name of Object.keys(LOGIT_FILTERS) as LogitFilterName[])
    checkValue(name, checked[name], (problem) => refuse(name, problem));
  for (const [min, max] of RANGES) {
    const [from, to] = [checked[min], checked[max]];
    if (typeof from === 'number' && typeof to === 'number' && from > to)
      refuse(min, `is ${from}, more than ${max}, ${to}; nothing can match`);
  }
  return checked;
}

function checkValue(name: LogitFilterName, value: unknown, refuse: (problem: string) => never): void {
  const { kind } = LOGIT_FILTERS[name];
  if (Array.isArray(value) && value.length > MAX_ITEMS)
    refuse(`has ${value.length} items; give at most ${MAX_ITEMS}`);
  if (kind === 'TEXT' && typeof value === 'string') checkText(value, refuse);
  if (typeof value !== 'number') return;
  if (kind === 'COUNT' && !(value >= 0 && value <= Number.MAX_SAFE_INTEGER))
    refuse(`is ${value}; it must be 0 or more`);
  if (kind === 'SHARE' && !(value >= 0 && value <= 1)) refuse(`is ${value}; it must be from 0 to 1`);
}

/** Checks a text that narrows a list. @param refuse gets what is wrong with it */
export function checkText(text: string | null | undefined, refuse: (problem: string) => never): void {
  if (typeof text === 'string' && (text.trim() === '' || text.length > MAX_TEXT_LENGTH))
    refuse(`must have 1 to ${MAX_TEXT_LENGTH} characters; leave it out to allow all`);
}

/** Each filter's condition on models, as the store calls it; null for those that the search itself applies. */
const CONDITIONS = {
  models: null,
  excludeModels: null,
  modelText: 'text',
  modelName: 'name',
  registry: 'registry',
  registries: 'registries',
  licenses: 'licenses',
  minFileBytes: 'minFileBytes',
  maxFileBytes: 'maxFileBytes',
  minClasses: 'minOutputs',
  maxClasses: 'maxOutputs',
  minCoverage: 'minCoverage',
  minExpectedAccuracy: null,
  minConfidence: null,
} as const satisfies Record<LogitFilterName, keyof StoredModelFilter | null>;

/** A checked filter's conditions on models, as the store takes them. */
export function conditionsOf(filter: LogitFilter): StoredModelFilter {
  return Object.fromEntries(
    Object.entries(CONDITIONS).flatMap(([name, condition]) => {
      const value = filter[name as LogitFilterName];
      return condition === null || value === null || value === undefined ? [] : [[condition, value]];
    }),
  );
}

/** The models that a checked filter names, as the store takes them. @throws ProbelogError ID_INVALID */
export function namedModelsOf({ models, excludeModels }: LogitFilter): StoredModelFilter {
  const keys = (ids: string[]) => ids.map((id) => keyOf('Model', id));
  return {
    ...(models ? { ids: keys(models) } : {}),
    ...(excludeModels ? { excludedIds: keys(excludeModels) } : {}),
  };
}

/**
 * The minimum coverage that all filters together require: the largest.
 *
 * @throws ProbelogError INPUT_INVALID
 */
export function minCoverage(
  ...filters: ({ minCoverage?: number | null } | null | undefined)[]
): number | undefined {
  const shares = filters.flatMap((filter) => filter?.minCoverage ?? []);
  for (const share of shares) checkFilter({ minCoverage: share });
  return shares.length === 0 ? undefined : Math.max(...shares);
}
