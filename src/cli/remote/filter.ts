import type { ProbelogClient } from '../../client/index.js';
import { type FilterFlags, filterOf } from '../flags/filter-flags.js';
import { findModel } from './find-model.js';
import type { LogitFilter } from './generated/operations.js';

/** The flags as a filter of the schema, with the ids of the models that they name. */
export async function filter(client: ProbelogClient, flags: FilterFlags): Promise<LogitFilter> {
  return {
    ...filterOf(flags),
    models: flags.models && (await idsOf(client, flags.models)),
    excludeModels: flags.excludeModels && (await idsOf(client, flags.excludeModels)),
  };
}

async function idsOf(client: ProbelogClient, names: string[]): Promise<string[]> {
  return (await Promise.all(names.map((name) => findModel(client, name)))).map(({ id }) => id);
}
