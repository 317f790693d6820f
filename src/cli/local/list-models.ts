import type { Service } from '../../app/index.js';
import type { ModelRecord } from '../../store/index.js';
import type { ListedModel } from '../registry.js';

const PAGE = 100;

/** All models whose name, version or labels contain a text. */
export async function listModels({ store }: Service, text: string | undefined): Promise<ListedModel[]> {
  const models: ModelRecord[] = [];
  let page: ModelRecord[];
  do {
    page = await store.models.page({ text, after: models.at(-1), first: PAGE });
    models.push(...page);
  } while (page.length === PAGE);
  const coverages = await store.logits.coverages(models.map(({ id }) => id));
  return models.map(({ id, name, version, status, outputs, responseKind, source }) => ({
    name,
    version,
    status,
    logits: outputs,
    coverage: coverages.get(id) ?? null,
    kind: responseKind,
    source,
  }));
}
