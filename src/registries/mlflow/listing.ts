import type { DownloadLimits } from '../../download/index.js';
import { ProbelogError } from '../../errors/index.js';
import type { ListedVersion, ListingPart, RegistryListing } from '../reader.js';
import { MlflowApi, type MlflowConnection, type VersionRecord } from './mlflow-api.js';
import { isReady, notesOf, revisionOf } from './version-facts.js';
import { modelName, parseVersionUri, placeOf, versionUri } from './version-uri.js';

/** Prompts are versions, too. */
const PROMPT_TAG = 'mlflow.prompt.is_prompt';

/** The versions of some workspaces of a tracking server. */
export class MlflowListing implements RegistryListing {
  readonly standsForOlder = false;
  readonly parts: readonly ListingPart[];

  constructor(
    private readonly connection: MlflowConnection,
    private readonly limits: DownloadLimits,
  ) {
    const workspaces = connection.workspaces?.map(placeOf) ?? [null];
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

  private api(workspace: string | null): MlflowApi {
    return new MlflowApi(this.connection, workspace, this.limits);
  }
}

async function* versionsOf(
  api: MlflowApi,
  workspace: string | null,
  signal?: AbortSignal,
): AsyncGenerator<ListedVersion, void, undefined> {
  for await (const record of api.versions(signal)) {
    if (!record.tags?.some(({ key }) => key === PROMPT_TAG)) yield listed(record, workspace);
  }
}

function workspaceOf(name: string): string | null {
  const slash = name.indexOf('/');
  return slash === -1 ? null : name.slice(0, slash);
}

function listed(record: VersionRecord, workspace: string | null): ListedVersion {
  const { name, version } = record;
  return {
    name: modelName({ name, workspace }),
    version,
    source: versionUri({ name, version, workspace }),
    revision: revisionOf(record),
    isModel: isReady(record),
    notes: notesOf(record),
  };
}
