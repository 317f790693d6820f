import { Command, Option } from 'commander';
import type { ProbelogClient } from '../../client/index.js';
import { findModel, findProbeSetId, keyIn } from '../find.js';
import {
  ListedModelsDocument,
  ModelFactsDocument,
  type ModelFactsQuery,
  RankedModelsDocument,
  type RankedModelsQuery,
} from '../generated/operations.js';
import { type FilterFlags, filterOf, withFilterOptions } from '../options/filter-options.js';
import { countFlag } from '../options/numbers.js';
import { type AnswerFit, printFit } from '../output/fit-line.js';
import { byteSize, type FormatFlags, printJson, printRows, withFormats } from '../output/formats.js';
import { printable, styled } from '../output/table.js';
import { type UrlFlag, withClient, withUrl } from '../with-client.js';

const MAX_RESULTS = 10_000;
const PER_PAGE = 100;
const SORTS = ['oldest', 'newest', 'name', 'outputs', 'size'] as const;
type Sort = (typeof SORTS)[number];
/** Flags about the answers to concepts, and their fields. */
const OF_CONCEPTS = [
  ['--first', 'first'],
  ['--probe-set', 'probeSet'],
  ['--min-confidence', 'minConfidence'],
  ['--min-expected-accuracy', 'minExpectedAccuracy'],
] as const;

type ModelFacts = NonNullable<ModelFactsQuery['model']>;

/** `probelog models` */
export function modelsCommand(): Command {
  const command = new Command('models')
    // Options behind `show` are its own.
    .enablePositionalOptions()
    .description('list the registered models, or rank them by the concepts that they recognize')
    .argument('[text]', 'only models whose name, version or labels contain this')
    .option('--concept <concept...>', 'rank by these: first the models that recognize many of them well')
    .addOption(new Option('--sort <order>', 'without --concept: the order').choices(SORTS).default('oldest'));
  withFilterOptions(command, ['modelText'])
    .option('--first <n>', 'with --concept: number of models', '10')
    .option('--probe-set <name>', 'with --concept: gallery to search (default: as for search)');
  return withUrl(withFormats(command))
    .addCommand(showCommand())
    .addHelpText(
      'after',
      '\n--first, --probe-set, --min-confidence and --min-expected-accuracy need --concept. --json also has notes: what was assumed about a model.',
    )
    .action((text: string | undefined, flags: ModelsFlags, command: Command) => {
      const { concept: concepts, sort, json, jsonl, url, ...narrowing } = flags;
      const isGiven = (name: string) => command.getOptionValueSource(name) === 'cli';
      const lacksConcept = concepts ? undefined : OF_CONCEPTS.find(([, name]) => isGiven(name));
      if (lacksConcept) command.error(`error: ${lacksConcept[0]} needs --concept`);
      if (concepts && isGiven('sort'))
        command.error('error: --concept has an order of its own; leave out --sort');
      const first = countFlag('--first', flags.first, MAX_RESULTS);
      return withClient({ url }, async (client) => {
        if (concepts) {
          const { rows, answer } = await rank(client, concepts, first, { ...narrowing, modelText: text });
          printFit(answer, rows.length, { json, jsonl });
          printRows(rows, RANKED, { json, jsonl });
        } else printRows(await list(client, text, sort, narrowing), LISTED, { json, jsonl });
      });
    });
}

function showCommand(): Command {
  return withUrl(new Command('show'))
    .description('show everything that is known of a model')
    .argument('<model>', 'its name, name@version or id')
    .option('--json', 'print JSON')
    .action((named: string, { json, url }: { json?: boolean } & UrlFlag) =>
      withClient({ url }, async (client) => {
        const { id } = await findModel(client, named);
        const { model } = await client.query(ModelFactsDocument, { id });
        if (model) printFacts(model, json);
      }),
    );
}

function printFacts(model: ModelFacts, json: boolean | undefined): void {
  if (json) {
    printJson({ ...model, id: keyIn(model.id) });
    return;
  }
  const { probeSet, tags, dataFiles, codedNotes, ingest, preprocessing, ...facts } = model;
  const lines: Record<string, unknown> = {
    ...facts,
    id: keyIn(model.id),
    fileBytes: facts.fileBytes === null ? null : byteSize(facts.fileBytes),
    aliases: facts.aliases.join(', '),
    probeSet: `${probeSet.name} (${probeSet.size} images)`,
    preprocessing: JSON.stringify(preprocessing),
    tags: tags.map(({ key, value }) => (value === '' ? key : `${key}=${value}`)).join(', '),
    dataFiles: dataFiles.map(({ location, bytes }) => `${location} (${byteSize(bytes)})`).join(', '),
    ingest: ingest && [ingest.state, ingest.error?.code, ingest.error?.message].filter(Boolean).join(': '),
    ...Object.fromEntries(
      codedNotes.map(({ code, message }, i) => [
        `note ${i + 1}`,
        code === null ? message : `${code}: ${message}`,
      ]),
    ),
  };
  const shown = Object.entries(lines).filter(([, value]) => value !== null && value !== '');
  const width = Math.max(...shown.map(([name]) => name.length));
  for (const [name, value] of shown)
    process.stdout.write(`${styled('bold', name.padEnd(width))}  ${printable(String(value))}\n`);
}

interface ModelsFlags extends FilterFlags, FormatFlags, UrlFlag {
  concept?: string[];
  sort: Sort;
  first: string;
  probeSet?: string;
}

async function list(client: ProbelogClient, text: string | undefined, sort: Sort, flags: FilterFlags) {
  const rows = [];
  const variables = {
    text,
    matching: await filterOf(client, flags),
    sort: sort.toUpperCase() as Uppercase<Sort>,
  };
  const edges = client.edges(ListedModelsDocument, variables, ({ models }) => models, { perPage: PER_PAGE });
  for await (const { node } of edges) {
    const { outputs: logits, responseKind: kind, name, version, status, coverage, source } = node;
    const { codedNotes: notes } = node;
    rows.push({ name, version, status, logits, coverage, kind, source, notes });
  }
  return rows;
}

async function rank(
  client: ProbelogClient,
  concepts: string[],
  first: number,
  flags: FilterFlags & { probeSet?: string },
) {
  const probeSet = await findProbeSetId(client, flags.probeSet);
  const variables = { concepts, probeSet, matching: await filterOf(client, flags) };
  const rows = [];
  let answer: AnswerFit = { fit: null, reason: null };
  const listOf = ({ models }: RankedModelsQuery) => {
    answer = models;
    return models;
  };
  for await (const edge of client.edges(RankedModelsDocument, variables, listOf, { first })) {
    const { score, confidence, expectedAccuracy, bestLogit, node } = edge;
    rows.push({
      confidence,
      score,
      name: node.name,
      version: node.version,
      label: bestLogit?.label ?? null,
      index: bestLogit?.index ?? null,
      expectedAccuracy,
    });
  }
  return { rows, answer };
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
  confidence: 'CONFIDENCE',
  score: 'SCORE',
  name: 'MODEL',
  version: 'VERSION',
  label: 'BEST LABEL',
  index: 'OUTPUT',
  expectedAccuracy: 'ACCURACY',
};
