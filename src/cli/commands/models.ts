import { Command } from 'commander';
import { conceptSubject, conceptsSubject } from '../../graphql/index.js';
import type { Service } from '../../service/index.js';
import type { ModelRecord } from '../../store/index.js';
import { countFlag } from '../count-flag.js';
import { type FilterFlags, filteredBy, withFilterOptions } from '../filter-flags.js';
import { findGallery } from '../find-gallery.js';
import { table } from '../output/table.js';
import { withService } from '../with-service.js';

const PAGE = 100;
const MOST_RESULTS = 10_000;

/** `probelog models` */
export function modelsCommand(): Command {
  const command = new Command('models')
    .description('list the registered models, or rank them by the concepts that they recognise')
    .argument('[text]', 'only models whose name, version or labels contain this')
    .option('--concept <concept...>', 'rank by these: models that know many of them, well, come first');
  return withFilterOptions(command)
    .option('--first <n>', 'with --concept: how many models', '10')
    .option('--probe-set <name>', 'with --concept: gallery to search (default: as for search)')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nWithout --concept, [text] and --json are all that there is to say.')
    .action(
      (text: string | undefined, { concept: concepts, json, ...flags }: ModelsFlags, command: Command) => {
        const given = Object.keys(flags).find((name) => command.getOptionValueSource(name) === 'cli');
        if (!concepts && given) command.error('error: options that narrow or count need --concept');
        const first = countFlag('--first', flags.first, MOST_RESULTS);
        return withService(false, async (service) => {
          const rows = concepts
            ? await ranked(service, concepts, { ...flags, modelText: text }, first)
            : await listed(service, text);
          if (json) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
          else process.stdout.write(`${table<object>(rows, concepts ? RANKED : LISTED)}\n`);
        });
      },
    );
}

interface ModelsFlags extends FilterFlags {
  concept?: string[];
  first: string;
  probeSet?: string;
  json?: boolean;
}

async function ranked(
  service: Service,
  texts: string[],
  flags: FilterFlags & { probeSet?: string },
  first: number,
) {
  const { store, search } = service;
  const probeSet = await findGallery(service, flags.probeSet);
  const { subject } = await (texts.length === 1
    ? conceptSubject(service, texts[0], probeSet)
    : conceptsSubject(service, texts, probeSet));
  const conditions = await filteredBy(store, probeSet, flags);
  const { hits } = await search.searchModels(probeSet.id, {
    ...conditions,
    by: subject,
    metric: 'SCORE',
    first,
  });
  const models = new Map(
    (await store.models.byIds(hits.map(({ modelId }) => modelId))).map((model) => [model.id, model]),
  );
  const logits = await store.logits.byKeys(hits);
  return hits.map(({ modelId, index, score, confidence, expectedAccuracy }) => ({
    score,
    confidence,
    name: models.get(modelId)?.name,
    version: models.get(modelId)?.version,
    label: logits.find((one) => one.modelId === modelId && one.index === index)?.label ?? null,
    index,
    expectedAccuracy,
  }));
}

async function listed({ store }: Service, text: string | undefined) {
  const models: ModelRecord[] = [];
  let page: ModelRecord[];
  do {
    page = await store.models.page({ text, after: models.at(-1), first: PAGE });
    models.push(...page);
  } while (page.length === PAGE);
  const coverages = await store.logits.coverages(models.map(({ id }) => id));
  return models.map(({ id, name, version, status, outputs, responseKind, source }) => ({
    name,
    version,
    status,
    logits: outputs,
    coverage: coverages.get(id) ?? null,
    kind: responseKind,
    source,
  }));
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
