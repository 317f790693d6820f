import { Command, Option } from 'commander';
import type { ProbelogClient } from '../../client/index.js';
import { ProbelogError } from '../../errors/index.js';
import { EXIT } from '../exit-status.js';
import { apiId, findModel, keyIn, orNull } from '../find.js';
import {
  IngestByIdDocument,
  type IngestState,
  type ListedIngestFragment as ListedIngest,
  ListedIngestsDocument,
  RetryListedIngestDocument,
} from '../generated/operations.js';
import { countFlag } from '../options/numbers.js';
import { type FormatFlags, printRows, withFormats } from '../output/formats.js';
import { INGEST_COLUMNS, ingestRow } from '../output/ingest-row.js';
import { isReportableError } from '../reportable-error.js';
import { type UrlFlag, withClient, withUrl } from '../with-client.js';

const MAX_LISTED = 100_000;
const STATES = [
  'failed',
  'queued',
  'awaiting-runner',
  'running',
  'succeeded',
  'not-applicable',
  'cancelled',
  'all',
] as const;

/** `probelog ingests` */
export function ingestsCommand(): Command {
  return withUrl(withFormats(new Command('ingests')))
    .description('list ingests, newest first, or put failed ones back into the queue')
    .argument('[id...]', 'only these')
    .addOption(new Option('--status <state>', 'only ingests in this state').choices(STATES).default('failed'))
    .option('--registry <name>', 'only ingests of models from this registry')
    .option('--model <model>', 'only ingests of this model: a name, name@version or id')
    .option('--first <n>', 'maximum number of ingests', '100')
    .option('--retry', 'put the listed ingests back into the queue, for a server or worker')
    .action(async (ids: string[], { url, retry, ...flags }: IngestsFlags) => {
      const first = countFlag('--first', flags.first, MAX_LISTED);
      await withClient({ url }, async (client) => {
        const listed =
          ids.length > 0
            ? await Promise.all(ids.map((id) => byId(client, id)))
            : await list(client, flags, first);
        printRows((retry ? await retried(client, listed) : listed).map(ingestRow), INGEST_COLUMNS, flags);
      });
    });
}

interface IngestsFlags extends FormatFlags, UrlFlag {
  status: (typeof STATES)[number];
  registry?: string;
  model?: string;
  first: string;
  retry?: boolean;
}

async function list(
  client: ProbelogClient,
  { status, registry, model: named }: Pick<IngestsFlags, 'status' | 'registry' | 'model'>,
  first: number,
): Promise<ListedIngest[]> {
  const states = status === 'all' ? undefined : [status.toUpperCase().replace('-', '_') as IngestState];
  const model = named === undefined ? undefined : (await findModel(client, named)).id;
  const variables = { status: states, registry, model };
  const edges = client.edges(ListedIngestsDocument, variables, ({ ingests }) => ingests, { first });
  const listed: ListedIngest[] = [];
  for await (const { node } of edges) listed.push(node);
  return listed;
}

/** @throws ProbelogError NOT_FOUND */
async function byId(client: ProbelogClient, id: string): Promise<ListedIngest> {
  const found = await orNull(client.query(IngestByIdDocument, { id: apiId('Ingest', id) }));
  if (found?.ingest) return found.ingest;
  throw new ProbelogError('NOT_FOUND', `There is no ingest ${JSON.stringify(id)}.`);
}

/** Those that cannot be retried are reported on standard error and set the exit status. */
async function retried(client: ProbelogClient, listed: ListedIngest[]): Promise<ListedIngest[]> {
  const queued: ListedIngest[] = [];
  for (const { id } of listed) {
    try {
      queued.push((await client.query(RetryListedIngestDocument, { id })).retryIngest);
    } catch (thrown) {
      if (!isReportableError(thrown)) throw thrown;
      process.stderr.write(`${keyIn(id)}: ${thrown.code}: ${thrown.message}\n`);
      process.exitCode = EXIT.failed;
    }
  }
  return queued;
}
