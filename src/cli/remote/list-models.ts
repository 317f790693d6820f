import type { ProbelogClient } from '../../client/index.js';
import type { ListedModel } from '../registry.js';
import { ListedModelsDocument } from './generated/operations.js';

/** All models whose name, version or labels contain a text. */
export async function listModels(client: ProbelogClient, text: string | undefined): Promise<ListedModel[]> {
  const listed: ListedModel[] = [];
  for await (const { node } of client.edges(ListedModelsDocument, { text }, ({ models }) => models)) {
    const { outputs: logits, responseKind: kind, name, version, status, coverage, source } = node;
    listed.push({ name, version, status, logits, coverage, kind, source });
  }
  return listed;
}
