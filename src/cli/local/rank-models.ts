import type { Service } from '../../app/index.js';
import { conceptSubject, conceptsSubject } from '../../graphql/index.js';
import { findGallery } from '../find-gallery.js';
import type { ModelQuestion, RankedModel } from '../registry.js';
import { filteredBy } from './filtered-by.js';

/** Models that know concepts, best first. */
export async function rankModels(
  service: Service,
  { concepts, first, ...question }: ModelQuestion,
): Promise<RankedModel[]> {
  const { store, search } = service;
  const probeSet = await findGallery(service, question.probeSet);
  const { subject } = await (concepts.length === 1
    ? conceptSubject(service, concepts[0], probeSet)
    : conceptsSubject(service, concepts, probeSet));
  const conditions = await filteredBy(store, probeSet, question);
  const { results } = await search.searchModels(probeSet.id, {
    ...conditions,
    query: subject,
    metric: 'SCORE',
    first,
  });
  const models = new Map(
    (await store.models.byIds(results.map(({ modelId }) => modelId))).map((model) => [model.id, model]),
  );
  const logits = await store.logits.byKeys(results);
  return results.map(({ modelId, index, score, confidence, expectedAccuracy }) => ({
    score,
    confidence,
    name: models.get(modelId)?.name,
    version: models.get(modelId)?.version,
    label: logits.find((one) => one.modelId === modelId && one.index === index)?.label ?? null,
    index,
    expectedAccuracy,
  }));
}
