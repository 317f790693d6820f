import type { ProbelogClient } from '../../client/index.js';
import type { ModelQuestion, RankedModel } from '../registry.js';
import { filter } from './filter.js';
import { findProbeSet } from './find-probe-set.js';
import { RankedModelsDocument } from './generated/operations.js';

/** Models that know concepts, best first. */
export async function rankModels(
  client: ProbelogClient,
  { concepts, probeSet, first, ...flags }: ModelQuestion,
): Promise<RankedModel[]> {
  const variables = {
    concepts,
    probeSet: await findProbeSet(client, probeSet),
    matching: await filter(client, flags),
  };
  const ranked: RankedModel[] = [];
  for await (const edge of client.edges(RankedModelsDocument, variables, ({ models }) => models, { first })) {
    const { score, confidence, expectedAccuracy, bestLogit, node } = edge;
    ranked.push({
      score,
      confidence,
      name: node.name,
      version: node.version,
      label: bestLogit?.label ?? null,
      index: bestLogit?.index ?? null,
      expectedAccuracy,
    });
  }
  return ranked;
}
