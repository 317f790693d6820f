import { readFile, stat } from 'node:fs/promises';
import { Command, Option } from 'commander';
import type { ProbelogClient } from '../../client/index.js';
import { ProbelogError } from '../../errors/index.js';
import { apiId, EMPTY_PAGE, findLogit, findProbeSetId } from '../find.js';
import {
  type FoundLogitFragment as FoundLogit,
  FoundLogitsDocument,
  LogitsAlikeDocument,
  type SearchMetric,
} from '../generated/operations.js';
import { type FilterFlags, filterOf, withFilterOptions } from '../options/filter-options.js';
import { countFlag } from '../options/numbers.js';
import { type AnswerFit, printFit } from '../output/fit-line.js';
import { type FormatFlags, printRows, withFormats } from '../output/formats.js';
import { type UrlFlag, withClient, withUrl } from '../with-client.js';

const MAX_RESULTS = 10_000;
const MAX_EVIDENCE = 100;

/** Of the 50,000 that an operation may cost as shipped (docs/limits.md), the share for the results of a page. */
const MAX_PAGE_COST = 25_000;
/** Cost of a result without evidence, and of each of its probes. */
const RESULT_COST = 20;
const PROBE_COST = 5;
const MAX_PAGE_SIZE = 100;

/** The limit of src/text, which takes long to load: a test compares them. */
export const MAX_IMAGE_BYTES = 10 * 2 ** 20;

/** `probelog search` */
export function searchCommand(): Command {
  const command = new Command('search')
    .description(
      'find logits that recognize a concept, a combination of concepts, an image, or what another logit recognizes',
    )
    .argument('[concept]', 'a word or short phrase, such as "dog"')
    .option('--all <concept...>', 'instead of one concept: logits that recognize all of these')
    .option('--any <concept...>', 'logits that recognize at least one of these')
    .option('--none <concept...>', 'logits that recognize none of these')
    .option('--image <file>', 'instead of a concept: logits that recognize what this image shows')
    .option(
      '--like <logit>',
      'instead of a concept: logits of other models like this one, given as model#output, model@version#output or id',
    );
  withFilterOptions(command)
    .option('--evidence <n>', 'number of probes to show that made a result match, by position', '0')
    .option('--first <n>', 'number of results', '10')
    .option('--wide', "also show the paper's distance")
    .addOption(
      new Option('--metric <metric>', 'ASYMMETRIC is the discrepancy of the paper')
        .choices(['SCORE', 'ASYMMETRIC'])
        .default('SCORE'),
    )
    .option('--probe-set <name>', 'gallery to search (default: PROBELOG_PROBE_SET, or the oldest)');
  return withUrl(withFormats(command)).action(
    (concept: string | undefined, flags: SearchFlags, command: Command) => {
      const { all, any, none, image, like, json, jsonl, url } = flags;
      const queries = [concept, all ?? any ?? none, image, like].filter((query) => query !== undefined);
      if (queries.length !== 1) {
        command.error(
          'error: give a concept, or --all, --any and --none, or --image, or --like: exactly one of the four',
        );
      }
      const first = countFlag('--first', flags.first, MAX_RESULTS);
      const evidence = countFlag('--evidence', flags.evidence, MAX_EVIDENCE);
      return withClient({ url }, async (client) => {
        const rows = [];
        let answer: AnswerFit = { fit: null, reason: null };
        const onPage = (page: AnswerFit) => {
          answer = page;
        };
        for await (const edge of await search(client, concept, flags, { first, evidence }, onPage))
          rows.push(rowOf(edge));
        printFit(answer, rows.length, { json, jsonl });
        const columns = flags.wide ? { ...COLUMNS, distance: 'DISTANCE' } : COLUMNS;
        if (json || jsonl || evidence === 0) printRows(rows, columns, { json, jsonl });
        else printRows(rows.map(withProbes), { ...columns, probes: 'PROBES' }, {});
      });
    },
  );
}

interface SearchFlags extends FilterFlags, FormatFlags, UrlFlag {
  all?: string[];
  any?: string[];
  none?: string[];
  image?: string;
  like?: string;
  evidence: string;
  first: string;
  metric: SearchMetric;
  probeSet?: string;
  wide?: boolean;
}

async function search(
  client: ProbelogClient,
  concept: string | undefined,
  flags: SearchFlags,
  { first, evidence }: { first: number; evidence: number },
  onPage: (page: AnswerFit) => void,
): Promise<AsyncIterable<FoundLogit>> {
  const { all, any, none, image, like, metric, probeSet } = flags;
  const perPage = Math.min(MAX_PAGE_SIZE, Math.floor(MAX_PAGE_COST / (RESULT_COST + evidence * PROBE_COST)));
  const options = {
    filter: await filterOf(client, flags),
    metric,
    evidence: Math.max(evidence, 1),
    withEvidence: evidence > 0,
  };
  const seen = (page: Page) => {
    onPage(page);
    return page;
  };
  if (like !== undefined) {
    const id = await logitIn(client, like, probeSet);
    const listOf = ({ logit }: { logit: { similar: Page } | null }) => seen(logit?.similar ?? NO_ANSWER);
    return client.edges(LogitsAlikeDocument, { id, ...options }, listOf, { first, perPage });
  }
  const variables = {
    concept,
    expression: all || any || none ? { all, any, none } : undefined,
    image: image === undefined ? undefined : (await readImage(image)).toString('base64'),
    probeSet: await findProbeSetId(client, probeSet),
    ...options,
  };
  return client.edges(FoundLogitsDocument, variables, ({ logits }) => seen(logits), { first, perPage });
}

const NO_ANSWER: Page = { ...EMPTY_PAGE, fit: null, reason: null };

interface Page extends AnswerFit {
  edges: FoundLogit[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

/** The id of the logit that `--like` names. @throws ProbelogError INPUT_INVALID when it was probed with another set */
async function logitIn(client: ProbelogClient, like: string, probeSet: string | undefined): Promise<string> {
  const { id, model } = await findLogit(client, like);
  const { name, id: setId } = model.probeSet;
  if (probeSet === undefined || probeSet === name || apiId('ProbeSet', probeSet) === setId) return id;
  throw new ProbelogError(
    'INPUT_INVALID',
    `--probe-set is ${probeSet}, but ${model.name}@${model.version} was probed with ${name}. Results of different sets cannot be compared.`,
  );
}

/** @throws ProbelogError INPUT_INVALID, SOURCE_NOT_FOUND */
async function readImage(path: string): Promise<Buffer> {
  const facts = await stat(path).catch(() => undefined);
  if (facts && !facts.isFile()) {
    throw new ProbelogError('INPUT_INVALID', `--image is ${path}, which is no file.`);
  }
  if (facts && facts.size > MAX_IMAGE_BYTES) {
    throw new ProbelogError(
      'INPUT_INVALID',
      `--image ${path} has ${facts.size} bytes; the maximum is ${MAX_IMAGE_BYTES}.`,
    );
  }
  return readFile(path).catch(() => {
    throw new ProbelogError('SOURCE_NOT_FOUND', `There is no readable file ${path}.`);
  });
}

function rowOf({ score, distance, confidence, expectedAccuracy, evidence, node }: FoundLogit) {
  return {
    confidence,
    score,
    distance,
    expectedAccuracy,
    label: node.label,
    model: node.model.name,
    version: node.model.version,
    index: node.index,
    evidence: evidence?.map(({ probe, contribution, query, response }) => ({
      probe: probe.position,
      contribution,
      query,
      response,
    })),
  };
}

function withProbes(row: ReturnType<typeof rowOf>) {
  return { ...row, probes: row.evidence?.map(({ probe }) => probe).join(' ') };
}

const COLUMNS = {
  confidence: 'CONFIDENCE',
  score: 'SCORE',
  expectedAccuracy: 'ACCURACY',
  label: 'LABEL',
  model: 'MODEL',
  version: 'VERSION',
  index: 'OUTPUT',
};
