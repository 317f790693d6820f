import { Command, Option } from 'commander';
import { messageOf, ProbelogError } from '../../errors/index.js';
import type { Service } from '../../service/index.js';
import type { IngestRecord, IngestState } from '../../store/index.js';
import { countFlag } from '../count-flag.js';
import { EXIT } from '../exit-codes.js';
import { type FormatFlags, printRows, withFormats } from '../output/formats.js';
import { withService } from '../with-service.js';

const PAGE = 100;
const MOST = 100_000;
const STATES = ['failed', 'queued', 'running', 'succeeded', 'cancelled', 'all'] as const;

/** `probelog ingests` */
export function ingestsCommand(): Command {
  return withFormats(new Command('ingests'))
    .description('list ingests, the newest first, or put failed ones back into the queue')
    .argument('[id...]', 'only these')
    .addOption(new Option('--status <state>', 'which are listed').choices(STATES).default('failed'))
    .option('--registry <name>', 'only of models that came from this registry')
    .option('--first <n>', 'how many at most', '100')
    .option('--retry', 'put those that are listed back into the queue; a server or worker takes them up')
    .action(async (ids: string[], flags: IngestsFlags) => {
      const first = countFlag('--first', flags.first, MOST);
      await withService(false, async (service) => {
        const ingests = ids.length > 0 ? await named(service, ids) : await listed(service, flags, first);
        const rows = await shown(service, flags.retry ? await retried(service, ingests) : ingests);
        printRows(rows, COLUMNS, flags);
      });
    });
}

interface IngestsFlags extends FormatFlags {
  status: (typeof STATES)[number];
  registry?: string;
  first: string;
  retry?: boolean;
}

/** @throws ProbelogError NOT_FOUND naming the first that does not exist */
async function named({ store }: Service, ids: string[]): Promise<IngestRecord[]> {
  const found = new Map((await store.ingests.byIds(ids)).map((ingest) => [ingest.id, ingest]));
  return ids.map((id) => {
    const ingest = found.get(id);
    if (ingest) return ingest;
    throw new ProbelogError('NOT_FOUND', `There is no ingest ${JSON.stringify(id)}.`);
  });
}

async function listed(
  { store }: Service,
  { status, registry }: IngestsFlags,
  first: number,
): Promise<IngestRecord[]> {
  const states = status === 'all' ? undefined : [status.toUpperCase() as IngestState];
  const ingests: IngestRecord[] = [];
  let page: IngestRecord[];
  do {
    const left = Math.min(PAGE, first - ingests.length);
    page = await store.ingests.page({ states, registry, after: ingests.at(-1), first: left });
    ingests.push(...page);
  } while (page.length === PAGE && ingests.length < first);
  return ingests;
}

/** Those that cannot be retried are told on standard error, and set the exit status. */
async function retried({ ingest: ingests }: Service, wanted: IngestRecord[]): Promise<IngestRecord[]> {
  const queued: IngestRecord[] = [];
  for (const { id } of wanted) {
    try {
      queued.push(await ingests.retry(id));
    } catch (thrown) {
      if (!(thrown instanceof ProbelogError)) throw thrown;
      process.stderr.write(`${id}: ${thrown.code}: ${messageOf(thrown)}\n`);
      process.exitCode = EXIT.failed;
    }
  }
  return queued;
}

async function shown({ store }: Service, ingests: IngestRecord[]) {
  const models = new Map(
    (await store.models.byIds(ingests.map(({ modelId }) => modelId))).map((model) => [model.id, model]),
  );
  return ingests.map(
    ({ id, modelId, state, attempts, priority, nextAttemptAt, errorCode, errorMessage }) => ({
      id,
      name: models.get(modelId)?.name ?? null,
      version: models.get(modelId)?.version ?? null,
      registry: models.get(modelId)?.registry ?? null,
      state,
      attempts,
      priority,
      nextAttemptAt: nextAttemptAt?.toISOString() ?? null,
      code: errorCode,
      message: errorMessage,
    }),
  );
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
