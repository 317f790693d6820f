import { Command, Option } from 'commander';
import { countFlag } from '../flags/count-flag.js';
import { type FilterFlags, withFilterOptions } from '../flags/filter-flags.js';
import { type SubjectFlags, subjectsIn } from '../flags/subject-flags.js';
import { type FormatFlags, printRows, withFormats } from '../output/formats.js';
import type { FoundLogit, LogitQuestion } from '../registry.js';
import { type UrlFlag, withRegistry, withUrl } from '../with-registry.js';

const MAX_RESULTS = 10_000;
const MAX_EVIDENCE = 100;

/** `probelog search` */
export function searchCommand(): Command {
  const command = new Command('search')
    .description(
      'find logits, of whichever model, that recognize a concept, several, what a picture shows, or what another logit does',
    )
    .argument('[concept]', 'a word or short phrase, such as "dog"')
    .option('--all <concept...>', 'in place of one concept: each of these is recognized')
    .option('--any <concept...>', 'at least one of these is recognized')
    .option('--none <concept...>', 'none of these is recognized')
    .option('--image <file>', 'in place of a concept: a picture of what is looked for')
    .option(
      '--like <logit>',
      'in place of a concept: a logit, as model#output, model@version#output or id; the results are of other models',
    )
    .option('--model-text <text>', 'only models whose name, version or labels contain this');
  withFilterOptions(command)
    .option('--evidence <n>', 'with each result, so many probes that made it match, by their position', '0')
    .option('--first <n>', 'how many results', '10')
    .addOption(
      new Option('--metric <metric>', 'ASYMMETRIC is the discrepancy of the paper')
        .choices(['SCORE', 'ASYMMETRIC'])
        .default('SCORE'),
    )
    .option('--probe-set <name>', 'gallery to search (default: PROBELOG_PROBE_SET, or the oldest)');
  return withUrl(withFormats(command)).action(
    (concept: string | undefined, flags: SearchFlags, command: Command) => {
      if (subjectsIn(concept, flags) !== 1) {
        command.error(
          'error: give a concept, or --all, --any and --none, or --image, or --like: exactly one of the four',
        );
      }
      const first = countFlag('--first', flags.first, MAX_RESULTS);
      const evidence = countFlag('--evidence', flags.evidence, MAX_EVIDENCE);
      const { json, jsonl, url, ...question } = flags;
      return withRegistry({ url }, async (registry) => {
        const found = await registry.logits({ ...question, concept, first, evidence });
        if (json || jsonl || evidence === 0) printRows(found, COLUMNS, { json, jsonl });
        else printRows(found.map(withProbes), { ...COLUMNS, probes: 'PROBES' }, {});
      });
    },
  );
}

interface SearchFlags extends SubjectFlags, FilterFlags, FormatFlags, UrlFlag {
  evidence: string;
  first: string;
  metric: LogitQuestion['metric'];
  probeSet?: string;
}

function withProbes(found: FoundLogit) {
  return { ...found, probes: found.evidence?.map(({ probe }) => probe).join(' ') };
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
