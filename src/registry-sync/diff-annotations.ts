import type { ListedVersion } from '../registries/index.js';
import type { ModelNotes, RegisteredVersion, Store } from '../store/index.js';

const AT_ONCE = 500;

/** Registered versions whose tags or aliases are others than the list says, with those of the list. */
export async function diffAnnotations(
  models: Pick<Store['models'], 'notes'>,
  known: ReadonlyMap<string, RegisteredVersion>,
  listed: ReadonlyMap<string, ListedVersion>,
): Promise<{ model: RegisteredVersion; notes: ModelNotes }[]> {
  const both = [...listed].flatMap(([key, { notes }]) => {
    const model = known.get(key);
    return model && notes ? [{ model, notes }] : [];
  });
  const different: { model: RegisteredVersion; notes: ModelNotes }[] = [];
  for (let first = 0; first < both.length; first += AT_ONCE) {
    const some = both.slice(first, first + AT_ONCE);
    const kept = await models.notes(some.map(({ model }) => model.id));
    for (const { model, notes } of some) {
      if (canonical(kept.get(model.id) ?? { tags: {}, aliases: [] }) === canonical(notes)) continue;
      different.push({ model, notes });
    }
  }
  return different;
}

function canonical({ tags, aliases }: ModelNotes): string {
  const inOrder = Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([inOrder, [...new Set(aliases)].sort()]);
}
