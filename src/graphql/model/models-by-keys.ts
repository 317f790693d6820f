import type { ModelRecord, Store } from '../../store/index.js';
import { keyOf } from '../schema/global-id.js';
import type { ModelKey } from '../schema-transform/model-key.js';

/**
 * Model versions by keys of any form, in order; null for one that is not registered here, an error for a malformed id.
 *
 * The keys of one graph are of one form, so this is one lookup, however many there are.
 */
export async function modelsByKeys(
  { models }: Pick<Store, 'models'>,
  keys: readonly ModelKey[],
): Promise<(ModelRecord | Error | null)[]> {
  const ids = keys.map((key) => ('id' in key ? idOf(key.id) : null));
  const versions = keys.flatMap((key) => ('version' in key ? [key] : []));
  const names = keys.flatMap((key) => ('name' in key && !('version' in key) ? [key.name] : []));
  const wanted = ids.filter((id) => typeof id === 'string');
  const [byIds, byVersions, byNames] = await Promise.all([
    wanted.length > 0 ? models.byIds(wanted) : [],
    versions.length > 0 ? models.byNameVersions(versions) : [],
    names.length > 0 ? models.newestByNames(names) : [],
  ]);
  const byId = new Map(byIds.map((model) => [model.id, model]));
  const byVersion = new Map(byVersions.map((model) => [versionKey(model), model]));
  const byName = new Map(byNames.map((model) => [model.name, model]));
  return keys.map((key, place) => {
    const id = ids[place];
    if (id instanceof Error) return id;
    if (id !== null) return byId.get(id) ?? null;
    if ('version' in key) return byVersion.get(versionKey(key)) ?? null;
    return ('name' in key && byName.get(key.name)) || null;
  });
}

function idOf(id: string): string | Error {
  try {
    return keyOf('Model', id);
  } catch (thrown) {
    return thrown as Error;
  }
}

function versionKey({ name, version }: { name: string; version: string }): string {
  return JSON.stringify([name, version]);
}
