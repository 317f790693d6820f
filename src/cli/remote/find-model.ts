import { isProbelogError, type ProbelogClient } from '../../client/index.js';
import { findModelIn, type ModelLookup } from '../find-model.js';
import {
  ModelByIdDocument,
  type NamedModelFragment as NamedModel,
  NamedModelsDocument,
} from './generated/operations.js';

/** The model that a user names, on a server: as {@link findModelIn}. @throws ProbelogError, ProbelogClientError */
export function findModel(client: ProbelogClient, named: string): Promise<NamedModel> {
  const lookup: ModelLookup<NamedModel> = {
    byName: (name) => withName(client, name),
    byNameVersion: (name, version) => findVersion(client, name, version),
    byId: (id) => withId(client, id),
  };
  return findModelIn(lookup, named);
}

/** The version with just this name; null when there is none. */
export async function findVersion(
  client: ProbelogClient,
  name: string,
  version: string,
): Promise<NamedModel | null> {
  return (await withName(client, name)).find((model) => model.version === version) ?? null;
}

/** The server finds every model that has the text somewhere; those with just this name are picked here. */
async function withName(client: ProbelogClient, name: string): Promise<NamedModel[]> {
  const found: NamedModel[] = [];
  for await (const { node } of client.edges(NamedModelsDocument, { text: name }, ({ models }) => models)) {
    if (node.name === name) found.push(node);
  }
  return found;
}

async function withId(client: ProbelogClient, id: string): Promise<NamedModel | null> {
  try {
    return (await client.query(ModelByIdDocument, { id })).model;
  } catch (thrown) {
    if (isProbelogError(thrown) && thrown.code === 'ID_INVALID') return null;
    throw thrown;
  }
}
