import { inTurns } from '../lib/in-turns.js';
import type { ListedVersion } from '../registries/index.js';
import type { Annotations, RegisteredVersion, Store } from '../store/index.js';

const BATCH = 500;

/** The registered versions whose annotations differ from the list's, with those of the list. */
export async function diffAnnotations(
  models: Pick<Store['models'], 'annotations'>,
  registered: ReadonlyMap<string, RegisteredVersion>,
  listed: ReadonlyMap<string, ListedVersion>,
): Promise<{ model: RegisteredVersion; annotations: Annotations }[]> {
  const both: { model: RegisteredVersion; annotations: Annotations }[] = [];
  for await (const [key, { annotations }] of inTurns(listed)) {
    const model = registered.get(key);
    if (model && annotations) both.push({ model, annotations });
  }
  const different: { model: RegisteredVersion; annotations: Annotations }[] = [];
  for (let first = 0; first < both.length; first += BATCH) {
    const batch = both.slice(first, first + BATCH);
    const stored = await models.annotations(batch.map(({ model }) => model.id));
    for (const { model, annotations } of batch) {
      const present = stored.get(model.id) ?? { tags: {}, aliases: [] };
      if (canonical(present) !== canonical(annotations)) different.push({ model, annotations });
    }
  }
  return different;
}

function canonical({ tags, aliases }: Annotations): string {
  const sortedTags = Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([sortedTags, [...new Set(aliases)].sort()]);
}
