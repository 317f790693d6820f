import { type ProbelogClient, ProbeSetsDocument } from '../../client/index.js';
import { ProbelogError } from '../../errors/index.js';

/** The id of the probe set that a user names, by name or id; undefined for the default one. @throws ProbelogError PROBE_SET_UNKNOWN */
export async function findProbeSet(
  client: ProbelogClient,
  named: string | undefined,
): Promise<string | undefined> {
  if (named === undefined) return undefined;
  const { probeSets } = await client.query(ProbeSetsDocument);
  const found = probeSets.find(({ name }) => name === named) ?? probeSets.find(({ id }) => id === named);
  if (found) return found.id;
  throw new ProbelogError('PROBE_SET_UNKNOWN', `There is no probe set ${JSON.stringify(named)}.`);
}
