import { Command } from 'commander';
import { ProbelogError } from '../../errors/index.js';
import { checkFilter, conditionsOf } from '../../graphql/index.js';
import { numberFlag } from '../number-flag.js';
import { table } from '../output/table.js';
import { type SubjectFlags, searchSubject, subjectsIn } from '../search-subject.js';
import { withService } from '../with-service.js';

/** `probelog search` */
export function searchCommand(): Command {
  return new Command('search')
    .description(
      'find logits, of whichever model, that recognise a concept, several, or what a picture shows',
    )
    .argument('[concept]', 'a word or short phrase, such as "dog"')
    .option('--all <concept...>', 'in place of one concept: each of these is recognised')
    .option('--any <concept...>', 'at least one of these is recognised')
    .option('--none <concept...>', 'none of these is recognised')
    .option('--image <file>', 'in place of a concept: a picture of what is looked for')
    .option('--model-name <text>', 'only models whose name contains this')
    .option('--registry <name>', 'only models from this registry')
    .option('--licence <licence...>', 'only models under one of these licences')
    .option('--max-file-bytes <n>', 'only models whose file is no larger')
    .option('--min-classes <n>', 'only models with at least so many outputs')
    .option('--max-classes <n>', 'only models with at most so many outputs')
    .option('--min-expected-accuracy <share>', 'only logits expected to be at least so accurate, 0 to 1')
    .option('--min-coverage <share>', 'only models of which this share of the probes was run, 0 to 1')
    .option('--first <n>', 'how many results', '10')
    .option('--metric <metric>', 'SCORE, or ASYMMETRIC for the discrepancy of the paper', 'SCORE')
    .option('--probe-set <name>', 'gallery to search (default: PROBELOG_PROBE_SET, or the oldest)')
    .option('--json', 'print JSON')
    .action((concept: string | undefined, flags: SearchFlags, command: Command) => {
      if (subjectsIn(concept, flags) !== 1) {
        command.error(
          'error: give a concept, or --all, --any and --none, or --image: exactly one of the three',
        );
      }
      const first = Number(flags.first);
      if (!/^\d+$/.test(flags.first) || first > 10_000) {
        throw new ProbelogError('INPUT_INVALID', `--first is ${flags.first}; it must be from 0 to 10000.`);
      }
      if (flags.metric !== 'SCORE' && flags.metric !== 'ASYMMETRIC') {
        throw new ProbelogError(
          'INPUT_INVALID',
          `--metric is ${flags.metric}; it must be SCORE or ASYMMETRIC.`,
        );
      }
      const { metric } = flags;
      return withService(false, async ({ store, search, concepts, config }) => {
        const probeSet = await store.probeSets.default(flags.probeSet ?? config.probeSet);
        if (!probeSet) throw new ProbelogError('PROBE_SET_UNKNOWN', 'There is no such probe set.');
        const filter = filterOf(flags);
        checkFilter(filter);
        const conditions = conditionsOf(filter);
        const isFiltered = Object.values(conditions).some((condition) => condition !== undefined);
        const { hits } = await search.search(probeSet.id, {
          by: await searchSubject(concepts, concept, flags, probeSet),
          minExpectedAccuracy: filter.minExpectedAccuracy,
          models: isFiltered ? await store.models.ids({ ...conditions, probeSetId: probeSet.id }) : undefined,
          metric,
          first,
        });
        const logits = await store.logits.byKeys(hits);
        const models = await store.models.byIds([...new Set(hits.map(({ modelId }) => modelId))]);
        const rows = hits.map(({ modelId, index, score, distance, confidence, expectedAccuracy }) => {
          const model = models.find(({ id }) => id === modelId);
          const logit = logits.find((one) => one.modelId === modelId && one.index === index);
          return {
            score,
            distance,
            confidence,
            expectedAccuracy,
            label: logit?.label ?? null,
            model: model?.name,
            version: model?.version,
            index,
          };
        });
        process.stdout.write(flags.json ? `${JSON.stringify(rows, null, 2)}\n` : `${table(rows, COLUMNS)}\n`);
      });
    });
}

interface SearchFlags extends SubjectFlags {
  modelName?: string;
  registry?: string;
  licence?: string[];
  maxFileBytes?: string;
  minClasses?: string;
  maxClasses?: string;
  minCoverage?: string;
  minExpectedAccuracy?: string;
  first: string;
  metric: string;
  probeSet?: string;
  json?: boolean;
}

function filterOf(flags: SearchFlags) {
  return {
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

const COLUMNS = {
  score: 'SCORE',
  distance: 'DISTANCE',
  confidence: 'CONFIDENCE',
  expectedAccuracy: 'ACCURACY',
  label: 'LABEL',
  model: 'MODEL',
  version: 'VERSION',
  index: 'OUTPUT',
};
