import { type ProbelogClient, ProbeSetsDocument, type ProbeSetsQuery } from '../../client/index.js';
import { ProbelogError } from '../../errors/index.js';

/** The id of the probe set that a user names, by name or id; undefined for the default one. @throws ProbelogError PROBE_SET_UNKNOWN */
export async function findProbeSet(
  client: ProbelogClient,
  named: string | undefined,
): Promise<string | undefined> {
  return named === undefined ? undefined : (await namedProbeSet(client, named)).id;
}

/** The probe set that a user names. @throws ProbelogError PROBE_SET_UNKNOWN */
export async function namedProbeSet(
  client: ProbelogClient,
  named: string,
): Promise<ProbeSetsQuery['probeSets'][number]> {
  const { probeSets } = await client.query(ProbeSetsDocument);
  const found = probeSets.find(({ name }) => name === named) ?? probeSets.find(({ id }) => id === named);
  if (found) return found;
  throw new ProbelogError('PROBE_SET_UNKNOWN', `There is no probe set ${JSON.stringify(named)}.`);
}
