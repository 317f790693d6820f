import { Command, Option } from 'commander';
import type { IngestState } from '../../store/index.js';
import { EXIT } from '../exit-codes.js';
import { countFlag } from '../flags/count-flag.js';
import { isReportableError } from '../is-reportable-error.js';
import { type FormatFlags, printRows, withFormats } from '../output/formats.js';
import type { ListedIngest, Registry } from '../registry.js';
import { type UrlFlag, withRegistry, withUrl } from '../with-registry.js';

const MOST = 100_000;
const STATES = ['failed', 'queued', 'running', 'succeeded', 'cancelled', 'all'] as const;

/** `probelog ingests` */
export function ingestsCommand(): Command {
  return withUrl(withFormats(new Command('ingests')))
    .description('list ingests, the newest first, or put failed ones back into the queue')
    .argument('[id...]', 'only these')
    .addOption(new Option('--status <state>', 'which are listed').choices(STATES).default('failed'))
    .option('--registry <name>', 'only of models that came from this registry')
    .option('--first <n>', 'how many at most', '100')
    .option('--retry', 'put those that are listed back into the queue; a server or worker takes them up')
    .action(async (ids: string[], { url, status, registry: from, retry, ...flags }: IngestsFlags) => {
      const first = countFlag('--first', flags.first, MOST);
      const states = status === 'all' ? undefined : [status.toUpperCase() as IngestState];
      await withRegistry({ url }, async (registry) => {
        const ingests =
          ids.length > 0
            ? await registry.ingestsById(ids)
            : await registry.ingests({ states, registry: from, first });
        printRows(retry ? await retried(registry, ingests) : ingests, COLUMNS, flags);
      });
    });
}

interface IngestsFlags extends FormatFlags, UrlFlag {
  status: (typeof STATES)[number];
  registry?: string;
  first: string;
  retry?: boolean;
}

/** Those that cannot be retried are told on standard error, and set the exit status. */
async function retried(registry: Registry, wanted: ListedIngest[]): Promise<ListedIngest[]> {
  const queued: ListedIngest[] = [];
  for (const { id } of wanted) {
    try {
      queued.push(await registry.retryIngest(id));
    } catch (thrown) {
      if (!isReportableError(thrown)) throw thrown;
      process.stderr.write(`${id}: ${thrown.code}: ${thrown.message}\n`);
      process.exitCode = EXIT.failed;
    }
  }
  return queued;
}

const COLUMNS = {
  id: 'ID',
  name: 'MODEL',
  version: 'VERSION',
  registry: 'REGISTRY',
  state: 'STATE',
  attempts: 'TRIED',
  code: 'ERROR',
  message: 'MESSAGE',
};
