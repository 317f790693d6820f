import type { DownloadLimits } from '../../download/index.js';
import { ProbelogError } from '../../errors/index.js';
import type {
  ListedRevisions,
  ListedVersion,
  ListingPart,
  RegisteredRevision,
  RegistryListing,
} from '../reader.js';
import { MlflowApi, type MlflowConnection } from './mlflow-api.js';
import { annotationsOf, isReady, revisionOf, type VersionRecord } from './version-record.js';
import { modelName, parseVersionUri, versionUri, workspacePart } from './version-uri.js';

/** MLflow lists prompts as versions too. */
const PROMPT_TAG = 'mlflow.prompt.is_prompt';

/** The versions of some workspaces of a tracking server. */
export class MlflowListing implements RegistryListing {
  readonly listsNewestOnly = false;
  readonly parts: readonly ListingPart[];

  constructor(
    private readonly connection: MlflowConnection,
    private readonly limits: DownloadLimits,
  ) {
    const workspaces = connection.workspaces?.map(workspacePart) ?? [null];
    this.parts = workspaces.map((workspace) => ({
      name: workspace === null ? 'the default workspace' : `the workspace ${workspace}`,
      versions: (signal) => versionsOf(this.api(workspace), workspace, signal),
      covers: (name) => workspaceOf(name) === workspace,
    }));
  }

  async exists(source: string, signal?: AbortSignal): Promise<boolean> {
    const version = parseVersionUri(source);
    try {
      await this.api(version.workspace).version(version, signal);
      return true;
    } catch (thrown) {
      if (thrown instanceof ProbelogError && thrown.code === 'SOURCE_NOT_FOUND') return false;
      throw thrown;
    }
  }

  /** MLflow keeps versions, creation times and runs through a renaming, but sends no event. */
  async presentName(
    name: string,
    versions: readonly RegisteredRevision[],
    listed: ListedRevisions,
  ): Promise<string | null> {
    const workspace = workspaceOf(name);
    const candidates = new Set(
      versions.flatMap((one) => listed.namesWith(one)).filter((other) => workspaceOf(other) === workspace),
    );
    const isSame = (other: string) =>
      versions.every(({ version, revision }) => {
        const present = listed.revisionOf(other, version);
        return revision === null || present === undefined || present === revision;
      });
    const [found, ...others] = [...candidates].filter(isSame);
    return others.length === 0 ? (found ?? null) : null;
  }

  sourcePrefix(name: string): string {
    const workspace = workspaceOf(name);
    return versionUri({
      name: workspace === null ? name : name.slice(workspace.length + 1),
      version: '',
      workspace: null,
    });
  }

  private api(workspace: string | null): MlflowApi {
    return new MlflowApi(this.connection, workspace, this.limits);
  }
}

async function* versionsOf(
  api: MlflowApi,
  workspace: string | null,
  signal?: AbortSignal,
): AsyncGenerator<ListedVersion, void, undefined> {
  const aliases = await aliasesOf(api, signal);
  for await (const record of api.versions(signal)) {
    if (!record.tags?.some(({ key }) => key === PROMPT_TAG))
      yield listed(record, aliases.get(record.name), workspace);
  }
}

/** The aliases of all versions: by model, then by version. */
async function aliasesOf(api: MlflowApi, signal?: AbortSignal): Promise<Map<string, Map<string, string[]>>> {
  const models = new Map<string, Map<string, string[]>>();
  for await (const { name, aliases } of api.models(signal)) {
    const versions = new Map<string, string[]>();
    for (const { alias, version } of aliases ?? []) {
      versions.set(version, [...(versions.get(version) ?? []), alias]);
    }
    models.set(name, versions);
  }
  return models;
}

function workspaceOf(name: string): string | null {
  const slash = name.indexOf('/');
  return slash === -1 ? null : name.slice(0, slash);
}

/** @param aliases of all versions of its model; undefined when the model was not listed, so that they are unknown */
function listed(
  record: VersionRecord,
  aliases: ReadonlyMap<string, string[]> | undefined,
  workspace: string | null,
): ListedVersion {
  const { name, version } = record;
  return {
    name: modelName({ name, workspace }),
    version,
    source: versionUri({ name, version, workspace }),
    revision: revisionOf(record),
    isModel: isReady(record),
    annotations: aliases && annotationsOf({ tags: record.tags, aliases: aliases.get(version) }),
  };
}
