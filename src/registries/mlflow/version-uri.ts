import { ProbelogError } from '../../errors/index.js';

/** A version in MLflow. */
export interface MlflowVersion {
  name: string;
  version: string;
  /** Null for the server's default workspace. */
  workspace: string | null;
}

/** Also the name that a server without workspaces reports. */
const DEFAULT_WORKSPACE = 'default';

/** `mlflow:/<name>/<version>`, with `?workspace=<workspace>` outside the default workspace. */
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
    throw new ProbelogError('INPUT_INVALID', 'The source is not of the form mlflow:/<name>/<version>.');
  }
  return { name, version: match[2], workspace };
}

/** Null when absent; undefined when its escapes are invalid. */
function decoded(escaped: string | undefined): string | null | undefined {
  try {
    return escaped === undefined ? null : decodeURIComponent(escaped);
  } catch {
    return undefined;
  }
}

/** The workspace as it appears in names and URIs; null for the default workspace. */
export function workspacePart(workspace: string | null): string | null {
  return workspace === DEFAULT_WORKSPACE ? null : workspace;
}

/** The name under which a version is registered here. MLflow's names have no slash, so the name is unambiguous. */
export function modelName({ name, workspace }: Pick<MlflowVersion, 'name' | 'workspace'>): string {
  return workspace === null ? name : `${workspace}/${name}`;
}
