import { ProbelogError } from '../errors/index.js';
import type { ModelRecord, Store } from '../store/index.js';

/** Versions listed in a message. */
const MAX_LISTED = 10;

/** Where models are looked up. */
export interface ModelLookup<Model> {
  /** Every version. */
  byName(name: string): Promise<Model[]>;
  byNameVersion(name: string, version: string): Promise<Model | null>;
  /** Null also for what is no id. */
  byId(id: string): Promise<Model | null>;
}

/** A model that a user names on the command line. @throws ProbelogError as {@link findModelIn} */
export function findModel({ models }: Pick<Store, 'models'>, named: string): Promise<ModelRecord> {
  const lookup: ModelLookup<ModelRecord> = {
    byName: (name) => models.byName(name),
    byNameVersion: (name, version) => models.byNameVersion(name, version),
    byId: async (id) => (await models.byIds([id]))[0] ?? null,
  };
  return findModelIn(lookup, named);
}

/**
 * The model that a user names: by its name when it has one version, by `name@version`, or by id.
 *
 * @throws ProbelogError NOT_FOUND; INPUT_INVALID when there are several versions
 */
export async function findModelIn<Model extends { version: string }>(
  lookup: ModelLookup<Model>,
  named: string,
): Promise<Model> {
  const versions = await lookup.byName(named);
  if (versions.length > 1) {
    const listed = versions.slice(0, MAX_LISTED).map(({ version }) => version);
    throw new ProbelogError(
      'INPUT_INVALID',
      `${JSON.stringify(named)} has ${versions.length} versions (${listed.join(', ')}${versions.length > MAX_LISTED ? ', …' : ''}); name one, as in ${named}@${listed[0]}.`,
    );
  }
  const found = versions[0] ?? (await byNameAndVersion(lookup, named)) ?? (await lookup.byId(named));
  if (found) return found;
  throw new ProbelogError(
    'NOT_FOUND',
    `There is no model ${JSON.stringify(named)}; \`probelog models\` lists them.`,
  );
}

/** A name and a version may both have an @ in them, so each is tried. */
async function byNameAndVersion<Model>(lookup: ModelLookup<Model>, named: string): Promise<Model | null> {
  for (let at = named.indexOf('@', 1); at >= 0; at = named.indexOf('@', at + 1)) {
    const found = await lookup.byNameVersion(named.slice(0, at), named.slice(at + 1));
    if (found) return found;
  }
  return null;
}
