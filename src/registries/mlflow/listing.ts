import type { DownloadLimits } from '../../download/index.js';
import { ProbelogError } from '../../errors/index.js';
import type { ListedVersion, RegistryListing } from '../reader.js';
import { MlflowApi, type MlflowConnection, type VersionRecord } from './mlflow-api.js';
import { isReady, notesOf, revisionOf } from './version-facts.js';
import { modelName, parseVersionUri, placeOf, versionUri } from './version-uri.js';

/** Prompts are versions, too. */
const PROMPT_TAG = 'mlflow.prompt.is_prompt';

/** The versions of some workspaces of a tracking server. */
export class MlflowListing implements RegistryListing {
  readonly standsForOlder = false;
  /** Null: the default one. */
  private readonly workspaces: readonly (string | null)[];

  constructor(
    private readonly connection: MlflowConnection,
    private readonly limits: DownloadLimits,
  ) {
    this.workspaces = connection.workspaces?.map(placeOf) ?? [null];
  }

  async *versions(signal?: AbortSignal): AsyncGenerator<ListedVersion, void, undefined> {
    for (const workspace of this.workspaces) {
      for await (const record of this.api(workspace).versions(signal)) {
        if (!record.tags?.some(({ key }) => key === PROMPT_TAG)) yield listed(record, workspace);
      }
    }
  }

  covers(name: string): boolean {
    const slash = name.indexOf('/');
    return this.workspaces.includes(slash === -1 ? null : name.slice(0, slash));
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
