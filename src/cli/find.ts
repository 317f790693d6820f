import type { ProbelogClient } from '../client/index.js';
import { ProbelogError } from '../errors/index.js';
import {
  AllProbeSetsDocument,
  type AllProbeSetsQuery,
  LogitByIdDocument,
  LogitOfDocument,
  ModelByIdDocument,
  ModelVersionDocument,
  type NamedLogitFragment as NamedLogit,
  type NamedModelFragment as NamedModel,
  VersionsOfDocument,
} from './generated/operations.js';
import { isReportableError } from './reportable-error.js';

/** The page of a list whose owner is gone. */
export const EMPTY_PAGE = { edges: [], pageInfo: { hasNextPage: false, endCursor: null } };

const KEY = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The id in the API of a thing named by that id, or by the key in its database that some commands print. */
export function apiId(kind: 'Model' | 'Ingest' | 'ProbeSet', named: string): string {
  return KEY.test(named) ? Buffer.from(`${kind}:${named}`).toString('base64url') : named;
}

/** The database key in an id of the API. */
export function keyIn(id: string): string {
  return Buffer.from(id, 'base64url').toString().replace(/^\w+:/, '');
}

/**
 * The model that a user names: by its name if that has one version, by `name@version`, or by its id.
 *
 * @throws ProbelogError NOT_FOUND; INPUT_INVALID when the name has several versions
 */
export async function findModel(client: ProbelogClient, named: string): Promise<NamedModel> {
  const { models } = await client.query(VersionsOfDocument, { name: named });
  const versions = models.edges.map(({ node }) => node);
  const count = models.totalCount ?? versions.length;
  if (count > 1) {
    const listed = versions.map(({ version }) => version).join(', ');
    throw new ProbelogError(
      'INPUT_INVALID',
      `${JSON.stringify(named)} has ${count} versions (${listed}${count > versions.length ? ', …' : ''}). Name one, as in ${named}@${versions[0].version}.`,
    );
  }
  const found =
    versions.at(0) ??
    (await withNameAndVersion(client, named)) ??
    (await orNull(client.query(ModelByIdDocument, { id: apiId('Model', named) })))?.model;
  if (found) return found;
  throw new ProbelogError(
    'NOT_FOUND',
    `There is no model ${JSON.stringify(named)}; \`probelog models\` lists them.`,
  );
}

/** The version with exactly this name; null if there is none. */
export async function findVersion(
  client: ProbelogClient,
  name: string,
  version: string,
): Promise<NamedModel | null> {
  return (await client.query(ModelVersionDocument, { name, version })).model;
}

/** A name and a version may both contain @, so each place is tried. */
async function withNameAndVersion(client: ProbelogClient, named: string): Promise<NamedModel | null> {
  for (let at = named.indexOf('@', 1); at >= 0; at = named.indexOf('@', at + 1)) {
    const found = await findVersion(client, named.slice(0, at), named.slice(at + 1));
    if (found) return found;
  }
  return null;
}

/**
 * The logit that a user names: `model#output`, with the model as for {@link findModel} and the output counted from 0, or its
 * id.
 *
 * @throws ProbelogError NOT_FOUND; ProbelogClientError ID_INVALID
 */
export async function findLogit(client: ProbelogClient, named: string): Promise<NamedLogit> {
  const [, model, output] = /^(.+)#(\d{1,9})$/s.exec(named) ?? [];
  if (model === undefined) {
    const { logit } = await client.query(LogitByIdDocument, { id: named });
    if (logit) return logit;
    throw new ProbelogError('NOT_FOUND', `There is no logit ${JSON.stringify(named)}.`);
  }
  const { id, name, version, outputs } = await findModel(client, model);
  const index = Number(output);
  const logit = (await client.query(LogitOfDocument, { id, index })).model?.logit;
  if (logit) return logit;
  throw new ProbelogError(
    'NOT_FOUND',
    outputs === null
      ? `${name}@${version} cannot be searched yet.`
      : `${name}@${version} has no output ${index}; they are 0 to ${outputs - 1}.`,
  );
}

type ProbeSet = AllProbeSetsQuery['probeSets'][number];

/** The probe set that a user names, by name or id. @throws ProbelogError PROBE_SET_UNKNOWN */
export async function findProbeSet(client: ProbelogClient, named: string): Promise<ProbeSet> {
  const { probeSets } = await client.query(AllProbeSetsDocument);
  const id = apiId('ProbeSet', named);
  const found = probeSets.find(({ name }) => name === named) ?? probeSets.find((set) => set.id === id);
  if (found) return found;
  throw new ProbelogError('PROBE_SET_UNKNOWN', `There is no probe set ${JSON.stringify(named)}.`);
}

/** Its id; undefined, which means the default one, when none is named. @throws ProbelogError PROBE_SET_UNKNOWN */
export async function findProbeSetId(
  client: ProbelogClient,
  named: string | undefined,
): Promise<string | undefined> {
  return named === undefined ? undefined : (await findProbeSet(client, named)).id;
}

/** Null for what is not an id. */
export async function orNull<Result>(query: Promise<Result>): Promise<Result | null> {
  return query.catch((thrown) => {
    if (isReportableError(thrown) && thrown.code === 'ID_INVALID') return null;
    throw thrown;
  });
}
