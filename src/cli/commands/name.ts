import { Command } from 'commander';
import type { ProbelogClient } from '../../client/index.js';
import { ProbelogError } from '../../errors/index.js';
import { EMPTY_PAGE, findModel } from '../find.js';
import {
  type NamedModelFragment as NamedModel,
  type NamedOutputFragment as NamedOutput,
  NamesOfOutputDocument,
  NamesOfOutputsDocument,
  SummaryDocument,
} from '../generated/operations.js';
import { countFlag } from '../options/numbers.js';
import { type FormatFlags, printJson, printRows, withFormats } from '../output/formats.js';
import { printable } from '../output/table.js';
import { type UrlFlag, withClient, withUrl } from '../with-client.js';

const MAX_NAMES = 100;
/** With 100 names each, a page costs two thirds of what a server as shipped takes (docs/limits.md). */
const PER_PAGE = 100;

/** `probelog name` */
export function nameCommand(): Command {
  const command = new Command('name')
    .description('say what a model recognizes: a summary, and names for its outputs from the vocabulary')
    .argument('<model>', 'its name, name@version or id')
    .option('--output <n>', 'only this output, counted from 0')
    .option('--first <k>', 'number of names for each output', '1');
  return withUrl(withFormats(command))
    .addHelpText('after', '\n--json includes the summary, --jsonl has only the names.')
    .action((named: string, flags: NameFlags) => {
      const first = countFlag('--first', flags.first, MAX_NAMES);
      return withClient(flags, async (client) => {
        const model = await searchable(client, named);
        const summary = (await client.query(SummaryDocument, { id: model.id })).model?.summary ?? '';
        const names = [];
        for await (const { index, concepts } of outputsOf(client, model, flags.output, first))
          for (const { text, score, confidence } of concepts)
            names.push({ index, confidence, name: text, score });
        if (flags.json) return printJson({ summary, names });
        if (!flags.jsonl) process.stdout.write(`${printable(summary)}\n\n`);
        printRows(names, COLUMNS, flags);
      });
    });
}

interface NameFlags extends FormatFlags, UrlFlag {
  output?: string;
  first: string;
}

async function searchable(client: ProbelogClient, named: string): Promise<NamedModel & { outputs: number }> {
  const model = await findModel(client, named);
  const { name, version, status, outputs } = model;
  if (status === 'READY' && outputs !== null) return { ...model, outputs };
  throw new ProbelogError('INPUT_INVALID', `${name} ${version} cannot be searched yet.`, { status });
}

async function* outputsOf(
  client: ProbelogClient,
  { id, outputs }: { id: string; outputs: number },
  output: string | undefined,
  names: number,
): AsyncGenerator<NamedOutput> {
  if (output !== undefined) {
    const index = countFlag('--output', output, outputs - 1);
    const { model } = await client.query(NamesOfOutputDocument, { id, index, names });
    if (model?.logit) yield model.logit;
    return;
  }
  const edges = client.edges(
    NamesOfOutputsDocument,
    { id, names },
    ({ model }) => model?.logits ?? EMPTY_PAGE,
    {
      perPage: PER_PAGE,
    },
  );
  for await (const { node } of edges) yield node;
}

const COLUMNS = { confidence: 'CONFIDENCE', index: 'OUTPUT', name: 'NAME', score: 'SCORE' };
