import type { Service } from '../../app/index.js';
import { ProbelogError } from '../../errors/index.js';
import { evidenceOf } from '../../graphql/index.js';
import type { SearchQuery } from '../../search/index.js';
import type { ProbeSetRecord } from '../../store/index.js';
import { findGallery } from '../find-gallery.js';
import { findLogit } from '../find-logit.js';
import type { FoundLogit, LogitQuestion } from '../registry.js';
import { filteredBy } from './filtered-by.js';
import { searchSubject } from './search-subject.js';

/** Logits that recognize something, best first. */
export async function searchLogits(service: Service, question: LogitQuestion): Promise<FoundLogit[]> {
  const { store, search } = service;
  const { first, metric, evidence: probes } = question;
  const { probeSet, by, exclude } = await subjectIn(service, question);
  const { excludeModels = [], ...conditions } = await filteredBy(store, probeSet, question);
  const { results } = await search.search(probeSet.id, {
    ...conditions,
    excludeModels: [...excludeModels, ...exclude],
    query: by,
    metric,
    first,
  });
  const logits = await store.logits.byKeys(results);
  const models = await store.models.byIds([...new Set(results.map(({ modelId }) => modelId))]);
  return Promise.all(
    results.map(async (hit) => {
      const { modelId, index, score, distance, confidence, expectedAccuracy } = hit;
      const model = models.find(({ id }) => id === modelId);
      const logit = logits.find((one) => one.modelId === modelId && one.index === index);
      return {
        score,
        distance,
        confidence,
        expectedAccuracy,
        label: logit?.label ?? null,
        model: model?.name,
        version: model?.version,
        index,
        evidence: probes > 0 ? await evidenceOf(search, probeSet, by, hit, probes) : undefined,
      };
    }),
  );
}

/** What is looked for, the gallery that it is looked for in, and the models that it comes from. */
async function subjectIn(
  service: Service,
  { concept, like, probeSet: named, ...flags }: LogitQuestion,
): Promise<{ probeSet: ProbeSetRecord; by: SearchQuery; exclude: string[] }> {
  if (like === undefined) {
    const probeSet = await findGallery(service, named);
    return { probeSet, by: await searchSubject(service.concepts, concept, flags, probeSet), exclude: [] };
  }
  const { model, index } = await findLogit(service.store, like);
  const probeSet = await service.store.probeSets.byId(model.probeSetId);
  if (!probeSet) throw new ProbelogError('PROBE_SET_UNKNOWN', 'The probe set of this model is gone.');
  if (named !== undefined && named !== probeSet.name && named !== probeSet.id)
    throw new ProbelogError(
      'INPUT_INVALID',
      `--probe-set is ${named}, and ${model.name}@${model.version} was probed with ${probeSet.name}; results of different sets are not comparable.`,
    );
  return { probeSet, by: { kind: 'LOGIT', modelId: model.id, index }, exclude: [model.id] };
}
