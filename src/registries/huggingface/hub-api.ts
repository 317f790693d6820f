import { HubApiError, type ListFileEntry, listFiles, listModels, modelInfo } from '@huggingface/hub';
import {
  badStatus,
  type ConfiguredOrigin,
  type DownloadLimits,
  guardedFetch,
  type RemoteFile,
  readSmall,
} from '../../download/index.js';
import { ProbelogError } from '../../errors/index.js';
import type { RepoCommit } from './repo-uri.js';

/** Where the Hub is, and what it is shown. */
export interface HubConnection {
  /** Such as https://huggingface.co */
  url: string;
  token?: string;
  /** What is listed: owners, and single repositories (`owner/name`). */
  repositories?: readonly string[];
}

/** A repository and its newest commit. */
export interface RepoHead {
  /** As the Hub writes it now. */
  name: string;
  sha: string;
  /** Paths of the files of that commit. */
  paths: string[];
}

const HEAD_FIELDS = ['sha', 'filePaths'] as const;

/** A page of a list, or a companion: while it is parsed, everybody waits. */
const MAX_BYTES = 4 * 2 ** 20;
/** Models on a page; each comes with the names of all its files. */
const PAGE_SIZE = '100';
const MAX_PAGES = 10_000;
/** A repository of more files than this is no image classifier. */
const MAX_FILES = 20_000;

const ADVICE =
  'There is no such repository, or it is private or gated: set PROBELOG_HUGGINGFACE_TOKEN to a token that may read it, and accept the terms of a gated one on the Hub with the same account.';

/** The Hub's API, by its own client. */
export class HubApi {
  private readonly base: string;
  private readonly at: ConfiguredOrigin;
  private readonly small: DownloadLimits;

  constructor({ url, token }: HubConnection, limits: DownloadLimits) {
    this.base = url.replace(/\/+$/, '');
    // The client is not told of the token: it would send it wherever the Hub's answers point.
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    this.at = { origin: new URL(this.base).origin, headers: () => headers, advice: ADVICE };
    this.small = { ...limits, maxBytes: MAX_BYTES };
  }

  /** All files of a commit. @throws ProbelogError SOURCE_NOT_FOUND, SOURCE_DENIED, SOURCE_UNREACHABLE, … */
  async files({ name, sha }: RepoCommit, signal?: AbortSignal): Promise<ListFileEntry[]> {
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
    const listing = listModels({
      search: { owner },
      additionalFields: [...HEAD_FIELDS],
      hubUrl: this.base,
      fetch: this.pages(signal),
    });
    try {
      for await (const { name, sha, filePaths } of listing) yield rerankedWindow(name, sha, filePaths);
    } catch (thrown) {
      throw this.asSourceError(thrown, '/api/models');
    }
  }

  /**
   * The newest commit of a repository, or the given one. The Hub answers for a renamed repository under its old name, too:
   * the answer has the new one.
   *
   * @throws ProbelogError as `files`
   */
  async head(name: string, revision?: string, signal?: AbortSignal): Promise<RepoHead> {
    try {
      const info = await modelInfo({
        name,
        revision,
        additionalFields: [...HEAD_FIELDS],
        hubUrl: this.base,
        fetch: guardedFetch(this.at, this.small, signal),
      });
      return rerankedWindow(info.name, info.sha, info.filePaths);
    } catch (thrown) {
      throw this.asSourceError(thrown, `/api/models/${name}`);
    }
  }

  /** A file of a commit; its bytes may come from another origin, to which the Hub redirects. */
  file({ name, sha }: RepoCommit, path: string): RemoteFile {
    const encoded = path.split('/').map(encodeURIComponent).join('/');
    return { url: `${this.base}/${name}/resolve/${sha}/${encoded}`, at: this.at };
  }

  /** A small file of a commit as text. @throws ProbelogError as `files` */
  async text(commit: RepoCommit, path: string, signal?: AbortSignal): Promise<string> {
    return (await readSmall(this.file(commit, path), this.small, signal)).toString('utf8');
  }

  /** A `fetch` for one list: the Hub says where the next page is, which must be one that was not read before. */
  private pages(signal?: AbortSignal): typeof fetch {
    const ask = guardedFetch(this.at, this.small, signal);
    const asked = new Set<string>();
    return async (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input);
      if (url.searchParams.has('limit')) url.searchParams.set('limit', PAGE_SIZE);
      if (asked.has(url.href) || asked.size === MAX_PAGES) {
        throw new ProbelogError('SOURCE_UNREACHABLE', "The Hub's list does not end.");
      }
      asked.add(url.href);
      return ask(url, init);
    };
  }

  private asSourceError(thrown: unknown, path: string): unknown {
    if (thrown instanceof HubApiError) {
      return badStatus(new URL(this.base + path), thrown.statusCode, ADVICE);
    }
    if (thrown instanceof TypeError || thrown instanceof SyntaxError) {
      return new ProbelogError(
        'SOURCE_UNREACHABLE',
        "The Hub's answer is not understood.",
        {},
        { cause: thrown },
      );
    }
    return thrown;
  }
}

function rerankedWindow(name: unknown, sha: unknown, paths: string[]): RepoHead {
  if (typeof name === 'string' && typeof sha === 'string') return { name, sha, paths };
  throw new ProbelogError('SOURCE_UNREACHABLE', 'The Hub does not say which commit a repository is at.');
}

function tooMany(name: string): ProbelogError {
  return new ProbelogError('MODEL_UNSUPPORTED', `${name} has more than ${MAX_FILES} files.`);
}
