import { Command } from 'commander';
import { ProbelogError } from '../../errors/index.js';
import { evidenceOf } from '../../graphql/index.js';
import { countFlag } from '../count-flag.js';
import { type FilterFlags, filteredBy, withFilterOptions } from '../filter-flags.js';
import { findGallery } from '../find-gallery.js';
import { table } from '../output/table.js';
import { type SubjectFlags, searchSubject, subjectsIn } from '../search-subject.js';
import { withService } from '../with-service.js';

const MOST_RESULTS = 10_000;
const MOST_EVIDENCE = 100;

/** `probelog search` */
export function searchCommand(): Command {
  const command = new Command('search')
    .description(
      'find logits, of whichever model, that recognise a concept, several, or what a picture shows',
    )
    .argument('[concept]', 'a word or short phrase, such as "dog"')
    .option('--all <concept...>', 'in place of one concept: each of these is recognised')
    .option('--any <concept...>', 'at least one of these is recognised')
    .option('--none <concept...>', 'none of these is recognised')
    .option('--image <file>', 'in place of a concept: a picture of what is looked for')
    .option('--model-text <text>', 'only models whose name, version or labels contain this');
  return withFilterOptions(command)
    .option('--evidence <n>', 'with each result, so many probes that made it match, by their position', '0')
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
      const first = countFlag('--first', flags.first, MOST_RESULTS);
      const probes = countFlag('--evidence', flags.evidence, MOST_EVIDENCE);
      const metric = metricOf(flags.metric);
      return withService(false, async (service) => {
        const { store, search, concepts } = service;
        const probeSet = await findGallery(service, flags.probeSet);
        const conditions = await filteredBy(store, probeSet, flags);
        const by = await searchSubject(concepts, concept, flags, probeSet);
        const { hits } = await search.search(probeSet.id, { ...conditions, by, metric, first });
        const logits = await store.logits.byKeys(hits);
        const models = await store.models.byIds([...new Set(hits.map(({ modelId }) => modelId))]);
        const rows = await Promise.all(
          hits.map(async (hit) => {
            const { modelId, index, score, distance, confidence, expectedAccuracy } = hit;
            const model = models.find(({ id }) => id === modelId);
            const logit = logits.find((one) => one.modelId === modelId && one.index === index);
            const evidence = probes > 0 ? await evidenceOf(search, probeSet, by, hit, probes) : undefined;
            return {
              score,
              distance,
              confidence,
              expectedAccuracy,
              label: logit?.label ?? null,
              model: model?.name,
              version: model?.version,
              index,
              evidence,
              probes: evidence?.map(({ probe }) => probe).join(' '),
            };
          }),
        );
        const listed = rows.map(({ probes: _, ...row }) => row);
        const columns = probes > 0 ? { ...COLUMNS, probes: 'PROBES' } : COLUMNS;
        process.stdout.write(
          flags.json ? `${JSON.stringify(listed, null, 2)}\n` : `${table(rows, columns)}\n`,
        );
      });
    });
}

interface SearchFlags extends SubjectFlags, FilterFlags {
  evidence: string;
  first: string;
  metric: string;
  probeSet?: string;
  json?: boolean;
}

function metricOf(text: string): 'SCORE' | 'ASYMMETRIC' {
  if (text === 'SCORE' || text === 'ASYMMETRIC') return text;
  throw new ProbelogError('INPUT_INVALID', `--metric is ${text}; it must be SCORE or ASYMMETRIC.`);
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
