import type { Command } from 'commander';
import { numberFlag } from './number-flag.js';

/** What narrows a search on the command line; see `LogitFilter` of the schema. */
export interface FilterFlags {
  models?: string[];
  excludeModels?: string[];
  modelText?: string;
  modelName?: string;
  registry?: string;
  licence?: string[];
  maxFileBytes?: string;
  minClasses?: string;
  maxClasses?: string;
  minCoverage?: string;
  minExpectedAccuracy?: string;
}

/** Adds the options of {@link FilterFlags}. */
export function withFilterOptions(command: Command): Command {
  return withModelOptions(command).option(
    '--min-expected-accuracy <share>',
    'only logits expected to be at least so accurate, 0 to 1',
  );
}

/** Adds those that choose models, whether or not something is searched. */
export function withModelOptions(command: Command): Command {
  return command
    .option('--models <model...>', 'only these models: names, name@version or ids')
    .option('--exclude-models <model...>', 'not these models')
    .option('--model-name <text>', 'only models whose name contains this')
    .option('--registry <name>', 'only models from this registry')
    .option('--licence <licence...>', 'only models under one of these licences')
    .option('--max-file-bytes <n>', 'only models whose file is no larger')
    .option('--min-classes <n>', 'only models with at least so many outputs')
    .option('--max-classes <n>', 'only models with at most so many outputs')
    .option('--min-coverage <share>', 'only models of which this share of the probes was run, 0 to 1');
}

/** What is in the flags alone; models that they name must be looked up. @throws ProbelogError INPUT_INVALID */
export function filterOf(flags: FilterFlags) {
  return {
    modelText: flags.modelText,
    modelName: flags.modelName,
    registry: flags.registry,
    licences: flags.licence,
    maxFileBytes: numberFlag('--max-file-bytes', flags.maxFileBytes),
    minClasses: numberFlag('--min-classes', flags.minClasses),
    maxClasses: numberFlag('--max-classes', flags.maxClasses),
    minExpectedAccuracy: numberFlag('--min-expected-accuracy', flags.minExpectedAccuracy),
    minCoverage: numberFlag('--min-coverage', flags.minCoverage),
  };
}
