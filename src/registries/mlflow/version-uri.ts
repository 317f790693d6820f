import { ProbelogError } from '../../errors/index.js';

/** A version of MLflow's. */
export interface MlflowVersion {
  name: string;
  version: string;
  /** Null: the server's default one. */
  workspace: string | null;
}

/** What a server without workspaces says that it has. */
const DEFAULT_WORKSPACE = 'default';

/** `mlflow:/<name>/<version>`, and `?workspace=<workspace>` for another than the default one. */
export function versionUri({ name, version, workspace }: MlflowVersion): string {
  const path = `mlflow:/${encodeURIComponent(name)}/${version}`;
  return workspace === null ? path : `${path}?workspace=${encodeURIComponent(workspace)}`;
}

/** @throws ProbelogError INPUT_INVALID */
export function parseVersionUri(uri: string): MlflowVersion {
  const match = /^mlflow:\/([^/?#]+)\/(\d{1,18})(?:\?workspace=([^&#]+))?$/.exec(uri);
  const name = decoded(match?.[1]);
  const workspace = decoded(match?.[3]);
  if (!match || !name || workspace === undefined) {
    throw new ProbelogError('INPUT_INVALID', 'The source is no mlflow:/<name>/<version>.');
  }
  return { name, version: match[2], workspace };
}

/** Null when it is absent; undefined when its escapes stand for no text. */
function decoded(escaped: string | undefined): string | null | undefined {
  try {
    return escaped === undefined ? null : decodeURIComponent(escaped);
  } catch {
    return undefined;
  }
}

/** The workspace as a part of names and URIs; null for the default one. */
export function placeOf(workspace: string | null): string | null {
  return workspace === DEFAULT_WORKSPACE ? null : workspace;
}

/** The name under which a version is registered here. MLflow's names have no slash, so this is one name for one model. */
export function modelName({ name, workspace }: Pick<MlflowVersion, 'name' | 'workspace'>): string {
  return workspace === null ? name : `${workspace}/${name}`;
}
