import type { Command } from 'commander';
import type { ProbelogClient } from '../../client/index.js';
import { findModel } from '../find.js';
import type { LogitFilter } from '../generated/operations.js';
import { oldLicenseOption } from './model-facts.js';
import { numberFlag } from './numbers.js';

/** The flags that narrow a search; see `LogitFilter` of the schema. */
export interface FilterFlags {
  models?: string[];
  excludeModels?: string[];
  modelText?: string;
  modelName?: string;
  registry?: string;
  license?: string[];
  licence?: string[];
  maxFileBytes?: string;
  minClasses?: string;
  maxClasses?: string;
  minCoverage?: string;
  minExpectedAccuracy?: string;
}

/** Adds the options of {@link FilterFlags}, but for `--model-text`. */
export function withFilterOptions(command: Command): Command {
  return withModelOptions(command).option(
    '--min-expected-accuracy <share>',
    'only logits with at least this expected accuracy, 0 to 1',
  );
}

/** Adds those that choose models. */
export function withModelOptions(command: Command): Command {
  return command
    .option('--models <model...>', 'only these models: names, name@version or ids')
    .option('--exclude-models <model...>', 'no logits of these models')
    .option('--model-name <text>', 'only models whose name contains this')
    .option('--registry <name>', 'only models from this registry')
    .option('--license <license...>', 'only models under one of these licenses')
    .addOption(oldLicenseOption('<license...>'))
    .option('--max-file-bytes <n>', 'only models whose file has at most this many bytes')
    .option('--min-classes <n>', 'only models with at least this many outputs')
    .option('--max-classes <n>', 'only models with at most this many outputs')
    .option('--min-coverage <share>', 'only models probed with at least this share of the probes, 0 to 1');
}

/** The conditions that need no lookup. @throws ProbelogError INPUT_INVALID */
export function conditionsIn(flags: FilterFlags) {
  return {
    modelText: flags.modelText,
    modelName: flags.modelName,
    registry: flags.registry,
    licenses: flags.license ?? flags.licence,
    maxFileBytes: numberFlag('--max-file-bytes', flags.maxFileBytes),
    minClasses: numberFlag('--min-classes', flags.minClasses),
    maxClasses: numberFlag('--max-classes', flags.maxClasses),
    minCoverage: numberFlag('--min-coverage', flags.minCoverage),
    minExpectedAccuracy: numberFlag('--min-expected-accuracy', flags.minExpectedAccuracy),
  };
}

/** The flags as a filter of the schema. @throws ProbelogError INPUT_INVALID, and as `findModel` */
export async function filterOf(client: ProbelogClient, flags: FilterFlags): Promise<LogitFilter> {
  return {
    ...conditionsIn(flags),
    models: await idsOf(client, flags.models),
    excludeModels: await idsOf(client, flags.excludeModels),
  };
}

async function idsOf(client: ProbelogClient, named: string[] | undefined): Promise<string[] | undefined> {
  if (named === undefined) return undefined;
  return (await Promise.all(named.map((model) => findModel(client, model)))).map(({ id }) => id);
}
