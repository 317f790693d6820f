import type { ListFileEntry } from '@huggingface/hub';
import {
  badStatus,
  type ConfiguredOrigin,
  type DownloadLimits,
  guardedFetch,
  type RemoteFile,
  readSmall,
} from '../../download/index.js';
import { ProbelogError } from '../../errors/index.js';
import type { RepoCommit } from './commit-uri.js';

/** How to reach the Hub. */
export interface HubConnection {
  /** Such as https://huggingface.co */
  url: string;
  token?: string;
  /** What a sweep lists: owners, and single repositories (`owner/name`). */
  repositories?: readonly string[];
}

/** A repository and its newest commit. */
export interface RepoHead {
  /** The current name; a renamed repository also answers to its old one. */
  name: string;
  sha: string;
  /** Paths of the files of that commit. */
  paths: string[];
  /** What the Hub says that its models do, such as `image-classification`; null when it does not say. */
  task: string | null;
}

const HEAD_FIELDS = ['sha', 'filePaths'] as const;

/** For a page of a list or a sidecar file: parsing blocks the event loop. */
const MAX_BYTES = 4 * 2 ** 20;
/** Models on a page; each comes with the names of all its files. */
const PAGE_SIZE = '100';
const MAX_PAGES = 10_000;
/** A repository with more files than this is not an image classifier. */
const MAX_FILES = 20_000;

const ADVICE =
  'The repository does not exist, or it is private or gated. Set PROBELOG_HUGGINGFACE_TOKEN to a token that may read it; for a gated repository, accept its terms on the Hub with the same account.';

/** The Hub's API, through its official client. */
export class HubApi {
  private readonly base: string;
  private readonly at: ConfiguredOrigin;
  private readonly small: DownloadLimits;

  constructor({ url, token }: HubConnection, limits: DownloadLimits) {
    this.base = url.replace(/\/+$/, '');
    // The official client does not get the token: it would send it to any address that the Hub's responses name.
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    this.at = { origin: new URL(this.base).origin, headers: () => headers, advice: ADVICE };
    this.small = { ...limits, maxBytes: MAX_BYTES };
  }

  /** All files of a commit. @throws ProbelogError SOURCE_NOT_FOUND, SOURCE_DENIED, SOURCE_UNREACHABLE, … */
  async files({ name, sha }: RepoCommit, signal?: AbortSignal): Promise<ListFileEntry[]> {
    const { listFiles } = await officialClient();
    const files: ListFileEntry[] = [];
    const listing = listFiles({
      repo: { type: 'model', name },
      revision: sha,
      recursive: true,
      hubUrl: this.base,
      fetch: this.pages(signal),
    });
    try {
      for await (const entry of listing) {
        if (entry.type === 'file') files.push(entry);
        if (files.length > MAX_FILES) throw tooMany(name);
      }
    } catch (thrown) {
      throw this.asSourceError(thrown, `/api/models/${name}`);
    }
    return files;
  }

  /** The models of an owner, page by page. @throws ProbelogError as `files` */
  async *heads(owner: string, signal?: AbortSignal): AsyncGenerator<RepoHead, void, undefined> {
    const { listModels } = await officialClient();
    const listing = listModels({
      search: { owner },
      additionalFields: [...HEAD_FIELDS],
      hubUrl: this.base,
      fetch: this.pages(signal),
    });
    try {
      for await (const repository of listing) yield toRepoHead(repository);
    } catch (thrown) {
      throw this.asSourceError(thrown, '/api/models');
    }
  }

  /**
   * The newest commit of a repository, or the given one. A renamed repository is also found under its old name; the result
   * has the new name.
   *
   * @throws ProbelogError as `files`
   */
  async head(name: string, revision?: string, signal?: AbortSignal): Promise<RepoHead> {
    const { modelInfo } = await officialClient();
    try {
      const info = await modelInfo({
        name,
        revision,
        additionalFields: [...HEAD_FIELDS],
        hubUrl: this.base,
        fetch: guardedFetch(this.at, this.small, signal),
      });
      return toRepoHead(info);
    } catch (thrown) {
      throw this.asSourceError(thrown, `/api/models/${name}`);
    }
  }

  /** A file of a commit. The Hub may redirect the download to another origin. */
  file({ name, sha }: RepoCommit, path: string): RemoteFile {
    const encoded = path.split('/').map(encodeURIComponent).join('/');
    return { url: `${this.base}/${name}/resolve/${sha}/${encoded}`, at: this.at };
  }

  /** A small file of a commit as text. @throws ProbelogError as `files` */
  async text(commit: RepoCommit, path: string, signal?: AbortSignal): Promise<string> {
    return (await readSmall(this.file(commit, path), this.small, signal)).toString('utf8');
  }

  /** A `fetch` for one list. The Hub names the next page; a page that was already read would be an endless loop. */
  private pages(signal?: AbortSignal): typeof fetch {
    const fetchPage = guardedFetch(this.at, this.small, signal);
    const visited = new Set<string>();
    return async (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input);
      if (url.searchParams.has('limit')) url.searchParams.set('limit', PAGE_SIZE);
      if (visited.has(url.href) || visited.size === MAX_PAGES) {
        throw new ProbelogError('SOURCE_UNREACHABLE', "The Hub's list does not end.");
      }
      visited.add(url.href);
      return fetchPage(url, init);
    };
  }

  private asSourceError(thrown: unknown, path: string): unknown {
    const status = statusOf(thrown);
    if (status !== null) return badStatus(new URL(this.base + path), status, ADVICE);
    if (thrown instanceof TypeError || thrown instanceof SyntaxError) {
      return new ProbelogError(
        'SOURCE_UNREACHABLE',
        "The Hub's response has an unexpected form.",
        {},
        { cause: thrown },
      );
    }
    return thrown;
  }
}

/** Takes long to load, and most processes never talk to the Hub. */
function officialClient() {
  return import('@huggingface/hub');
}

/** The status of a refusal, which the client throws as its `HubApiError`. */
function statusOf(thrown: unknown): number | null {
  const status = thrown instanceof Error && 'statusCode' in thrown ? thrown.statusCode : null;
  return typeof status === 'number' ? status : null;
}

function toRepoHead(repository: {
  name: unknown;
  sha: unknown;
  filePaths: string[];
  task?: unknown;
}): RepoHead {
  const { name, sha, filePaths, task } = repository;
  if (typeof name === 'string' && typeof sha === 'string')
    return { name, sha, paths: filePaths, task: typeof task === 'string' ? task : null };
  throw new ProbelogError(
    'SOURCE_UNREACHABLE',
    "The Hub's response does not name a repository's newest commit.",
  );
}

function tooMany(name: string): ProbelogError {
  return new ProbelogError('MODEL_UNSUPPORTED', `${name} has more than ${MAX_FILES} files.`);
}
