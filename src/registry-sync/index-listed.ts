import { inTurns } from '../lib/in-turns.js';
import type { ListedRevisions, ListedVersion, RegisteredRevision } from '../registries/index.js';
import { keyOf } from './version-key.js';

/**
 * Goes through a list once, so that many models can be looked up in it.
 *
 * @param listed by {@link keyOf}
 * @param wanted versions to be looked up; others are not indexed
 */
export async function indexListed(
  listed: ReadonlyMap<string, ListedVersion>,
  wanted: Iterable<RegisteredRevision>,
): Promise<ListedRevisions> {
  const names = new Map<string, string[]>();
  for await (const one of inTurns(wanted)) if (one.revision !== null) names.set(revisionKey(one), []);
  if (names.size > 0) {
    for await (const one of inTurns(listed.values())) names.get(revisionKey(one))?.push(one.name);
  }
  return {
    namesWith: (one) => names.get(revisionKey(one)) ?? [],
    revisionOf: (name, version) => listed.get(keyOf({ name, version }))?.revision,
  };
}

function revisionKey({ version, revision }: RegisteredRevision): string {
  return JSON.stringify([version, revision]);
}
