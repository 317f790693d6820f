import { createHash } from 'node:crypto';
import { type Delivered, deliver } from '../deliver.js';
import { type Loopback, sendFile, sendJson, startLoopback } from '../loopback.js';
import { HubWrites } from './hub-writes.js';

/** A model repository. */
export interface ServedRepo {
  name: string;
  id: string;
  /** Files by path, for each commit; the last one is the head. */
  commits: { sha: string; files: Record<string, Uint8Array | string> }[];
  /** Private: hidden from other callers. Gated: its files are closed. */
  access: 'public' | 'private' | 'gated';
}

/** A Hub with its REST, and the other origin that has the large files. */
export interface HubServer extends Loopback {
  cdn: Loopback;
  repos: ServedRepo[];
  token: string;
  /** Most entries on a page of a list. */
  pageSize: number;
  /** Where every page says that the next one is. */
  nextPage: string | undefined;
  /** Old names of repositories, and what they are called now: a request under the old one is redirected. */
  renamed: Map<string, string>;
  /** Answers requests for these paths with this status. */
  failing: Map<string, number>;
  add(repo: Partial<ServedRepo> & Pick<ServedRepo, 'name' | 'commits'>): ServedRepo;
  /** Gets the event of each write. */
  onEvent: ((event: object) => void) | undefined;
  send(receiver: string, secret: string, event: object): Promise<Delivered>;
}

/** From this size on a file is in large file storage. */
export const LARGE = 10_000;

export async function startHub(): Promise<HubServer> {
  const large = new Map<string, Uint8Array>();
  const cdn = await startLoopback((request, response) => {
    const digest = new URL(request.url ?? '', 'http://cdn').pathname.slice(1);
    const content = large.get(digest);
    if (content) sendFile(request, response, content, `"${digest}"`);
    else response.writeHead(403).end('expired');
  });
  const loopback = await startLoopback((request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return writes.answer(request, response);
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://hub');
    const failure = hub.failing.get(pathname);
    if (failure !== undefined) return sendJson(response, failure, { error: 'Internal Error' });
    for (const [from, to] of hub.renamed) {
      if (!`${pathname}/`.startsWith(`/api/models/${from}/`) && !pathname.startsWith(`/${from}/`)) continue;
      response.writeHead(307, { location: (request.url ?? '').replace(from, to) });
      return response.end();
    }
    const known = request.headers.authorization === `Bearer ${hub.token}`;
    const denied = known ? 403 : 401;
    const visible = hub.repos.filter(({ access }) => known || access !== 'private');

    if (pathname === '/api/models') {
      const author = searchParams.get('author');
      const all = visible.filter(({ name }) => author === null || name.startsWith(`${author}/`));
      return page(response, searchParams, all.map(entry), pathname);
    }
    const revision = /^\/api\/models\/([^/]+\/[^/]+)(?:\/revision\/[^/]+)?$/.exec(pathname);
    if (revision) {
      const repo = visible.find(({ name }) => name === revision[1]);
      return repo ? sendJson(response, 200, entry(repo)) : repoNotFound(response, known);
    }
    const tree = /^\/api\/models\/(.+)\/tree\/([0-9a-f]+)$/.exec(pathname);
    if (tree) {
      const repo = visible.find(({ name }) => name === tree[1]);
      const commit = repo?.commits.find(({ sha }) => sha === tree[2]);
      if (!repo) return repoNotFound(response, known);
      if (!commit) return sendJson(response, 404, { error: 'Invalid rev id' });
      const entries = Object.entries(commit.files).map(([path, content]) => treeEntry(path, content));
      return page(response, searchParams, entries, pathname);
    }
    const file = /^\/(.+)\/resolve\/([0-9a-f]+)\/(.+)$/.exec(decodeURIComponent(pathname));
    if (!file) return response.writeHead(404).end();
    const repo = visible.find(({ name }) => name === file[1]);
    const content = repo?.commits.find(({ sha }) => sha === file[2])?.files[file[3]];
    if (!repo) return repoNotFound(response, known);
    if (repo.access === 'gated' && !known) {
      response.setHeader('x-error-code', 'GatedRepo');
      return sendJson(response, denied, { error: `Access to model ${repo.name} is restricted.` });
    }
    if (content === undefined) {
      response.setHeader('x-error-code', 'EntryNotFound');
      return sendJson(response, 404, { error: 'Entry not found' });
    }
    const bytes = Buffer.from(content);
    // huggingface_hub downloads nothing without it.
    response.setHeader('x-repo-commit', file[2]);
    if (bytes.length < LARGE) return sendFile(request, response, bytes, `"${sha256(bytes).slice(0, 40)}"`);
    large.set(sha256(bytes), bytes);
    response.writeHead(302, {
      'x-linked-size': bytes.length,
      'x-linked-etag': `"${sha256(bytes)}"`,
      location: `${cdn.url}/${sha256(bytes)}?Signature=abc`,
    });
    response.end();
  });
  const hub: HubServer = {
    ...loopback,
    cdn,
    repos: [],
    token: 'hf_test',
    pageSize: 1_000,
    nextPage: undefined,
    renamed: new Map(),
    failing: new Map(),
    onEvent: undefined,
    add(repo) {
      const full: ServedRepo = { id: sha256(Buffer.from(repo.name)).slice(0, 24), access: 'public', ...repo };
      hub.repos.push(full);
      return full;
    },
    send: (receiver, secret, event) =>
      deliver(receiver, JSON.stringify(event), { 'x-webhook-secret': secret }),
    async close() {
      await loopback.close();
      await cdn.close();
    },
  };
  const writes = new HubWrites(hub);
  return hub;

  function page(
    response: Parameters<typeof sendJson>[0],
    query: URLSearchParams,
    all: unknown[],
    pathname: string,
  ) {
    const first = Number(query.get('cursor') ?? 0);
    const next = new URLSearchParams(query);
    next.set('cursor', hub.nextPage ?? String(first + hub.pageSize));
    if (first + hub.pageSize < all.length) {
      response.setHeader('link', `<${hub.url}${pathname}?${next}>; rel="next"`);
    }
    sendJson(response, 200, all.slice(first, first + hub.pageSize));
  }
}

/** What the Hub sends when this repository gets its last commit. */
export function pushEvent({ name, id, commits }: ServedRepo) {
  const sha = commits.at(-1)?.sha;
  return {
    event: { action: 'update', scope: 'repo.content' },
    repo: {
      type: 'model',
      name,
      id,
      private: false,
      url: { web: `https://hub.example.org/${name}`, api: `https://hub.example.org/api/models/${name}` },
      headSha: sha,
      owner: { id: '61d2000c3c2083e1c08af22d' },
    },
    updatedRefs: [{ ref: 'refs/heads/main', oldSha: null, newSha: sha }],
    webhook: { id: '6390e855e30d9209411de93b', version: 3 },
  };
}

function entry({ name, id, commits, access }: ServedRepo) {
  const head = commits.at(-1);
  return {
    _id: id,
    id: name,
    private: access === 'private',
    gated: access === 'gated' ? 'manual' : false,
    downloads: 0,
    likes: 0,
    lastModified: '2026-11-20T10:00:00.000Z',
    sha: head?.sha,
    siblings: Object.entries(head?.files ?? {}).map(([rfilename, content]) => ({
      rfilename,
      size: Buffer.from(content).length,
    })),
  };
}

function treeEntry(path: string, content: Uint8Array | string) {
  const bytes = Buffer.from(content);
  const oid = createHash('sha1').update(bytes).digest('hex');
  const plain = { type: 'file', oid, size: bytes.length, path };
  return bytes.length < LARGE
    ? plain
    : { ...plain, lfs: { oid: sha256(bytes), size: bytes.length, pointerSize: 132 } };
}

function repoNotFound(response: Parameters<typeof sendJson>[0], known: boolean): void {
  response.setHeader('x-error-code', 'RepoNotFound');
  sendJson(response, known ? 404 : 401, { error: 'Repository not found' });
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
