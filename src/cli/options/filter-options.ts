import type { Command } from 'commander';
import type { ProbelogClient } from '../../client/index.js';
import { LOGIT_FILTERS, type LogitFilterName } from '../../lib/logit-filters.js';
import { findModel } from '../find.js';
import type { LogitFilter } from '../generated/operations.js';
import { oldLicenseOption } from './model-facts.js';
import { numberFlag } from './numbers.js';

type Filters = typeof LOGIT_FILTERS;

/** `--max-file-bytes` is the field `maxFileBytes` of the parsed flags. */
type FlagField<Flag extends string> = Flag extends `--${infer Words}`
  ? FlagField<Words>
  : Flag extends `${infer Word}-${infer Rest}`
    ? `${Word}${Capitalize<FlagField<Rest>>}`
    : Flag;

/** The flags that narrow a search, one for each filter; see `LogitFilter` of the schema. */
export type FilterFlags = {
  [Name in LogitFilterName as FlagField<Filters[Name]['flag']['name']>]?: Filters[Name]['kind'] extends
    | 'IDS'
    | 'TEXTS'
    ? string[]
    : string;
} & { licence?: string[] };

const FILTERS = Object.keys(LOGIT_FILTERS) as LogitFilterName[];

/** Adds the flag of each filter, except for those of `except`. */
export function withFilterOptions(command: Command, except: readonly LogitFilterName[] = []): Command {
  for (const filter of FILTERS.filter((name) => !except.includes(name))) {
    const { name, value, help } = LOGIT_FILTERS[filter].flag;
    command.option(`${name} ${value}`, help);
  }
  return command.addOption(oldLicenseOption('<license...>'));
}

/** The flags as a filter of the schema. @throws ProbelogError INPUT_INVALID, and as `findModel` */
export async function filterOf(client: ProbelogClient, flags: FilterFlags): Promise<LogitFilter> {
  const given = FILTERS.map((filter) => [filter, flagValue(filter, flags)] as const);
  const values = given.map(async ([filter, value]) => [
    filter,
    LOGIT_FILTERS[filter].kind === 'IDS' && Array.isArray(value) ? await idsOf(client, value) : value,
  ]);
  return Object.fromEntries(await Promise.all(values));
}

function flagValue(filter: LogitFilterName, flags: FilterFlags): string | string[] | number | undefined {
  const { kind, flag } = LOGIT_FILTERS[filter];
  const field = flag.name
    .slice(2)
    .replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()) as keyof FilterFlags;
  const value = filter === 'licenses' ? (flags.license ?? flags.licence) : flags[field];
  if (typeof value !== 'string') return value;
  return kind === 'COUNT' || kind === 'SHARE' ? numberFlag(flag.name, value) : value;
}

async function idsOf(client: ProbelogClient, named: string[]): Promise<string[]> {
  return (await Promise.all(named.map((model) => findModel(client, model)))).map(({ id }) => id);
}
