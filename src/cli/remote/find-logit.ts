import type { ProbelogClient } from '../../client/index.js';
import { ProbelogError } from '../../errors/index.js';
import { parseLogitRef } from '../flags/parse-logit-ref.js';
import { findModel } from './find-model.js';
import { OutputIdsDocument } from './generated/operations.js';

/** The id of the logit that a user names, on a server: as `findLogit` of a data folder. */
export async function findLogit(client: ProbelogClient, named: string): Promise<string> {
  const output = parseLogitRef(named);
  if (output === null) return named;
  const { id, name, version } = await findModel(client, output.model);
  const edges = client.edges(OutputIdsDocument, { id }, ({ model }) => model?.logits ?? NONE);
  for await (const { node } of edges) if (node.index === output.index) return node.id;
  throw new ProbelogError('NOT_FOUND', `${name}@${version} has no output ${output.index}.`);
}

const NONE = { edges: [], pageInfo: { hasNextPage: false, endCursor: null } };
