import { isProbelogError, type ProbelogClient } from '../../client/index.js';
import { ProbelogError } from '../../errors/index.js';
import { globalId, keyOf } from '../../graphql/index.js';
import type { IngestsQuestion, ListedIngest } from '../registry.js';
import {
  type ListedIngestFragment as Ingest,
  IngestByIdDocument,
  ListedIngestsDocument,
  RetryListedIngestDocument,
} from './generated/operations.js';

/** Ingests of a server, the newest first. */
export async function listIngests(
  client: ProbelogClient,
  { states, registry, first }: IngestsQuestion,
): Promise<ListedIngest[]> {
  const variables = { status: states, registry };
  const listed: ListedIngest[] = [];
  for await (const { node } of client.edges(ListedIngestsDocument, variables, ({ ingests }) => ingests, {
    first,
  }))
    listed.push(shown(node));
  return listed;
}

/** Those with these ids. @throws ProbelogError NOT_FOUND naming the first that does not exist */
export function ingestsById(client: ProbelogClient, ids: string[]): Promise<ListedIngest[]> {
  return Promise.all(
    ids.map(async (id) => {
      const ingest = await withId(client, id);
      if (ingest) return shown(ingest);
      throw new ProbelogError('NOT_FOUND', `There is no ingest ${JSON.stringify(id)}.`);
    }),
  );
}

/** Puts one back into the queue. @throws ProbelogClientError INGEST_NOT_RETRYABLE */
export async function retryIngest(client: ProbelogClient, id: string): Promise<ListedIngest> {
  return shown((await client.query(RetryListedIngestDocument, { id: apiId(id) })).retryIngest);
}

async function withId(client: ProbelogClient, id: string): Promise<Ingest | null> {
  try {
    return (await client.query(IngestByIdDocument, { id: apiId(id) })).ingest;
  } catch (thrown) {
    if (isProbelogError(thrown) && thrown.code === 'ID_INVALID') return null;
    throw thrown;
  }
}

/** Ids are shown as a data folder has them; those of the API are taken as well. */
function apiId(id: string): string {
  try {
    keyOf('Ingest', id);
    return id;
  } catch {
    return globalId('Ingest', id);
  }
}

function shown({ id, model, error, ...ingest }: Ingest): ListedIngest {
  return {
    id: keyOf('Ingest', id),
    name: model.name,
    version: model.version,
    registry: model.registry,
    state: ingest.state,
    attempts: ingest.attempts,
    priority: ingest.priority,
    nextAttemptAt: ingest.nextAttemptAt,
    code: error?.code ?? null,
    message: error?.message ?? null,
  };
}
