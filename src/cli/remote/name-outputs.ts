import type { ProbelogClient } from '../../client/index.js';
import { ProbelogError } from '../../errors/index.js';
import { countFlag } from '../flags/count-flag.js';
import type { ModelNames } from '../registry.js';
import { findModel } from './find-model.js';
import { NamedOutputsDocument } from './generated/operations.js';

/** Names for the outputs of a model. */
export async function nameOutputs(
  client: ProbelogClient,
  named: string,
  output: string | undefined,
  first: number,
): Promise<ModelNames> {
  const { id, name, version, status, outputs } = await findModel(client, named);
  if (status !== 'READY' || outputs === null)
    throw new ProbelogError('INPUT_INVALID', `${name} ${version} cannot be searched yet.`, { status });
  const only = output === undefined ? undefined : countFlag('--output', output, outputs - 1);
  const names: ModelNames['names'] = [];
  let summary = '';
  const edges = client.edges(NamedOutputsDocument, { id, names: first }, ({ model }) => {
    summary = model?.summary ?? summary;
    return model?.logits ?? NONE;
  });
  for await (const { node } of edges) {
    if (only !== undefined && node.index !== only) continue;
    for (const { text, score, confidence } of node.concepts)
      names.push({ index: node.index, name: text, score, confidence });
  }
  return { summary, names };
}

const NONE = { edges: [], pageInfo: { hasNextPage: false, endCursor: null } };
