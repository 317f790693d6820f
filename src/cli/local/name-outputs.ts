import type { Service } from '../../app/index.js';
import { ProbelogError } from '../../errors/index.js';
import { modelSummary } from '../../graphql/index.js';
import { findModel } from '../find-model.js';
import { countFlag } from '../flags/count-flag.js';
import type { ModelNames } from '../registry.js';

/** Names for the outputs of a model. */
export async function nameOutputs(
  { store, search, concepts }: Service,
  named: string,
  output: string | undefined,
  first: number,
): Promise<ModelNames> {
  const { id, name, version, status, outputs, probeSetId } = await findModel(store, named);
  if (status !== 'READY' || outputs === null) {
    throw new ProbelogError('INPUT_INVALID', `${name} ${version} cannot be searched yet.`, { status });
  }
  const only = output === undefined ? undefined : countFlag('--output', output, outputs - 1);
  const { names, path } = await concepts.vocabulary({ id: probeSetId });
  const all = await search.names(probeSetId, {
    modelId: id,
    vocabularyPath: path,
    first: Math.max(first, 1),
  });
  const summary = modelSummary(
    all.map((list) => list && { text: names[list[0].name], confidence: list[0].confidence }),
  );
  const rows = all.flatMap((list, index) => {
    if (only !== undefined && index !== only) return [];
    return (list ?? []).slice(0, first).map(({ name: place, score, confidence }) => ({
      index,
      name: names[place],
      score,
      confidence,
    }));
  });
  return { summary, names: rows };
}
