import type { DownloadLimits } from '../../download/index.js';
import { ProbelogError } from '../../errors/index.js';
import type {
  ListedRevisions,
  ListedVersion,
  ListingPart,
  RegisteredRevision,
  RegistryListing,
} from '../reader.js';
import { chooseFile } from './choose-file.js';
import { commitUri, parseCommitUri } from './commit-uri.js';
import { HubApi, type HubConnection, type RepoHead } from './hub-api.js';
import { TASK } from './runner-flavors.js';

/** The repositories of some owners, and single repositories, each at its newest commit. */
export class HuggingFaceListing implements RegistryListing {
  readonly listsNewestOnly = true;
  readonly parts: readonly ListingPart[];
  private readonly api: HubApi;

  constructor(connection: HubConnection, repositories: readonly string[], limits: DownloadLimits) {
    this.api = new HubApi(connection, limits);
    this.parts = repositories.map((name) => ({
      name,
      versions: (signal) => (name.includes('/') ? this.repository(name, signal) : this.owner(name, signal)),
      covers: (model) => isSameName(model, name) || isSameName(model.split('/')[0], name),
    }));
  }

  async exists(source: string, signal?: AbortSignal): Promise<boolean> {
    const { name, sha } = parseCommitUri(source);
    const found = await nullIfNotFound(this.api.head(name, sha, signal));
    // A renamed repository is also found under its old name, but its versions belong to the new one.
    return found !== null && isSameName(found.name, name);
  }

  /** A renamed repository is also found under its old name. */
  async presentName(
    name: string,
    _versions: readonly RegisteredRevision[],
    _listed: ListedRevisions,
    signal?: AbortSignal,
  ): Promise<string | null> {
    return (await nullIfNotFound(this.api.head(name, undefined, signal)))?.name ?? null;
  }

  sourcePrefix(name: string): string {
    return commitUri({ name, sha: '' });
  }

  private async *owner(name: string, signal?: AbortSignal): AsyncGenerator<ListedVersion, void, undefined> {
    for await (const head of this.api.heads(name, signal)) yield listed(head);
  }

  private async *repository(
    name: string,
    signal?: AbortSignal,
  ): AsyncGenerator<ListedVersion, void, undefined> {
    const head = await nullIfNotFound(this.api.head(name, undefined, signal));
    if (head) yield listed(head);
  }
}

/** The Hub's names are case-insensitive. */
function isSameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function listed({ name, sha, paths, task }: RepoHead): ListedVersion {
  const isModel = 'path' in chooseFile(paths) || task === TASK;
  return { name, version: sha, source: commitUri({ name, sha }), revision: sha, isModel };
}

async function nullIfNotFound<T>(request: Promise<T>): Promise<T | null> {
  try {
    return await request;
  } catch (thrown) {
    if (thrown instanceof ProbelogError && thrown.code === 'SOURCE_NOT_FOUND') return null;
    throw thrown;
  }
}
