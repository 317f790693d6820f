import { Command } from 'commander';
import { countFlag } from '../flags/count-flag.js';
import { type FilterFlags, withFilterOptions } from '../flags/filter-flags.js';
import { type FormatFlags, printRows, withFormats } from '../output/formats.js';
import { type UrlFlag, withRegistry, withUrl } from '../with-registry.js';

const MAX_RESULTS = 10_000;

/** `probelog models` */
export function modelsCommand(): Command {
  const command = new Command('models')
    .description('list the registered models, or rank them by the concepts that they recognize')
    .argument('[text]', 'only models whose name, version or labels contain this')
    .option('--concept <concept...>', 'rank by these: models that know many of them, well, come first');
  withFilterOptions(command)
    .option('--first <n>', 'with --concept: how many models', '10')
    .option('--probe-set <name>', 'with --concept: gallery to search (default: as for search)');
  return withUrl(withFormats(command))
    .addHelpText('after', '\nWithout --concept, [text], the formats and --url are all that there is to say.')
    .action((text: string | undefined, flags: ModelsFlags, command: Command) => {
      const { concept: concepts, json, jsonl, url, ...narrowing } = flags;
      const given = Object.keys(narrowing).find((name) => command.getOptionValueSource(name) === 'cli');
      if (!concepts && given) command.error('error: options that narrow or count need --concept');
      const first = countFlag('--first', flags.first, MAX_RESULTS);
      return withRegistry({ url }, async (registry) => {
        if (concepts) {
          const question = { ...narrowing, modelText: text, concepts, first };
          printRows(await registry.rankedModels(question), RANKED, { json, jsonl });
        } else printRows(await registry.models(text), LISTED, { json, jsonl });
      });
    });
}

interface ModelsFlags extends FilterFlags, FormatFlags, UrlFlag {
  concept?: string[];
  first: string;
  probeSet?: string;
}

const LISTED = {
  name: 'MODEL',
  version: 'VERSION',
  status: 'STATUS',
  logits: 'LOGITS',
  coverage: 'COVERAGE',
  kind: 'RESPONSES',
  source: 'SOURCE',
};

const RANKED = {
  score: 'SCORE',
  confidence: 'CONFIDENCE',
  name: 'MODEL',
  version: 'VERSION',
  label: 'BEST LABEL',
  index: 'OUTPUT',
  expectedAccuracy: 'ACCURACY',
};
