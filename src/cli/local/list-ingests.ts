import type { Service } from '../../app/index.js';
import { ProbelogError } from '../../errors/index.js';
import type { IngestRecord } from '../../store/index.js';
import type { IngestsQuestion, ListedIngest } from '../registry.js';

const PAGE = 100;

/** Ingests, the newest first. */
export async function listIngests(
  service: Service,
  { states, registry, first }: IngestsQuestion,
): Promise<ListedIngest[]> {
  const ingests: IngestRecord[] = [];
  let page: IngestRecord[];
  do {
    const left = Math.min(PAGE, first - ingests.length);
    page = await service.store.ingests.page({ states, registry, after: ingests.at(-1), first: left });
    ingests.push(...page);
  } while (page.length === PAGE && ingests.length < first);
  return shown(service, ingests);
}

/** Those with these ids. @throws ProbelogError NOT_FOUND naming the first that does not exist */
export async function ingestsById(service: Service, ids: string[]): Promise<ListedIngest[]> {
  const found = new Map((await service.store.ingests.byIds(ids)).map((ingest) => [ingest.id, ingest]));
  const ingests = ids.map((id) => {
    const ingest = found.get(id);
    if (ingest) return ingest;
    throw new ProbelogError('NOT_FOUND', `There is no ingest ${JSON.stringify(id)}.`);
  });
  return shown(service, ingests);
}

/** Puts one back into the queue. @throws ProbelogError INGEST_NOT_RETRYABLE */
export async function retryIngest(service: Service, id: string): Promise<ListedIngest> {
  const [ingest] = await shown(service, [await service.ingest.retry(id)]);
  return ingest;
}

async function shown({ store }: Service, ingests: IngestRecord[]): Promise<ListedIngest[]> {
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
