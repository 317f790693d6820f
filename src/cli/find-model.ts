import { ProbelogError } from '../errors/index.js';
import type { ModelRecord, Store } from '../store/index.js';

/** Versions listed in a message. */
const MOST_LISTED = 10;

/**
 * The model that a user names on the command line: by its name when it has one version, by `name@version`, or by id.
 *
 * @throws ProbelogError NOT_FOUND; INPUT_INVALID when there are several versions
 */
export async function findModel({ models }: Store, named: string): Promise<ModelRecord> {
  const versions = await models.byName(named);
  if (versions.length > 1) {
    const listed = versions.slice(0, MOST_LISTED).map(({ version }) => version);
    throw new ProbelogError(
      'INPUT_INVALID',
      `${JSON.stringify(named)} has ${versions.length} versions (${listed.join(', ')}${versions.length > MOST_LISTED ? ', …' : ''}); name one, as in ${named}@${listed[0]}.`,
    );
  }
  const found =
    versions[0] ?? (await byNameAndVersion({ models }, named)) ?? (await models.byIds([named]))[0];
  if (found) return found;
  throw new ProbelogError(
    'NOT_FOUND',
    `There is no model ${JSON.stringify(named)}; \`probelog models\` lists them.`,
  );
}

/** A name and a version may both have an @ in them, so each is tried. */
async function byNameAndVersion(
  { models }: Pick<Store, 'models'>,
  named: string,
): Promise<ModelRecord | null> {
  for (let at = named.indexOf('@', 1); at >= 0; at = named.indexOf('@', at + 1)) {
    const found = await models.byNameVersion(named.slice(0, at), named.slice(at + 1));
    if (found) return found;
  }
  return null;
}
