import type { DownloadLimits } from '../../download/index.js';
import { ProbelogError } from '../../errors/index.js';
import type { ListedVersion, ListingPart, RegistryListing } from '../reader.js';
import { chooseFile } from './choose-file.js';
import { HubApi, type HubConnection, type RepoHead } from './hub-api.js';
import { commitUri, parseCommitUri } from './repo-uri.js';

/** The repositories of some owners, and single ones, each at its newest commit. */
export class HuggingFaceListing implements RegistryListing {
  readonly standsForOlder = true;
  readonly parts: readonly ListingPart[];
  private readonly api: HubApi;

  constructor(connection: HubConnection, repositories: readonly string[], limits: DownloadLimits) {
    this.api = new HubApi(connection, limits);
    this.parts = repositories.map((name) => ({
      name,
      versions: (signal) => (name.includes('/') ? this.repository(name, signal) : this.owner(name, signal)),
      covers: (model) => isOf(model.toLowerCase(), name.toLowerCase()),
    }));
  }

  async exists(source: string, signal?: AbortSignal): Promise<boolean> {
    const { name, sha } = parseCommitUri(source);
    return (await unlessGone(this.api.head(name, sha, signal))) !== null;
  }

  private async *owner(name: string, signal?: AbortSignal): AsyncGenerator<ListedVersion, void, undefined> {
    for await (const head of this.api.heads(name, signal)) yield listed(head);
  }

  private async *repository(
    name: string,
    signal?: AbortSignal,
  ): AsyncGenerator<ListedVersion, void, undefined> {
    const head = await unlessGone(this.api.head(name, undefined, signal));
    if (head) yield listed(head);
  }
}

/** The Hub does not tell capital letters from small ones. */
function isOf(model: string, repositoryOrOwner: string): boolean {
  return model === repositoryOrOwner || model.split('/')[0] === repositoryOrOwner;
}

function listed({ name, sha, paths }: RepoHead): ListedVersion {
  const isModel = 'path' in chooseFile(paths);
  return { name, version: sha, source: commitUri({ name, sha }), revision: sha, isModel };
}

async function unlessGone<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (thrown) {
    if (thrown instanceof ProbelogError && thrown.code === 'SOURCE_NOT_FOUND') return null;
    throw thrown;
  }
}
