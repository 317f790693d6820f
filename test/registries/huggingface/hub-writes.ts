import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendJson } from '../loopback.js';
import { type HubServer, LARGE, pushEvent, type ServedRepo } from './hub-server.js';

type Files = ServedRepo['commits'][number]['files'];

/** One line of a commit: https://huggingface.co/docs/hub/api */
type CommitLine =
  | { key: 'header'; value: object }
  | { key: 'file'; value: { path: string; content: string; encoding: 'base64' } }
  | { key: 'lfsFile'; value: { path: string; oid: string } }
  | { key: 'deletedFile' | 'deletedFolder'; value: { path: string } };

/**
 * The Hub's API for those who write, as `huggingface_hub` uses it: repositories, commits, large files, branches and settings. Each
 * write sends the event that the Hub sends.
 */
export class HubWrites {
  /** Large files by digest, until a commit names them. */
  private readonly uploaded = new Map<string, Buffer>();

  constructor(private readonly hub: HubServer) {}

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '', this.hub.url);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const upload = /^\/lfs-upload\/([\da-f]{64})$/.exec(pathname);
    if (upload) {
      const isWhole = createHash('sha256').update(body).digest('hex') === upload[1];
      if (isWhole) this.uploaded.set(upload[1], body);
      response.writeHead(isWhole ? 200 : 400).end();
      return;
    }
    if (request.headers.authorization !== `Bearer ${this.hub.token}`)
      return sendJson(response, 401, { error: 'Invalid username or password.' });
    if (pathname.endsWith('/commit/main')) return this.commit(pathname, body, response);
    const json = body.length > 0 ? JSON.parse(body.toString()) : {};
    const repoPath = /^\/api\/models\/([^/]+\/[^/]+)\/(preupload|branch|settings)(?:\/(.+))?$/.exec(pathname);
    if (repoPath) return this.change(repoPath[1], repoPath[2], repoPath[3] ?? '', json, response);
    if (pathname.endsWith('.git/info/lfs/objects/batch')) return this.batch(json, response);
    const name = `${json.organization ?? 'org'}/${json.name}`;
    switch (pathname) {
      case '/api/repos/create': {
        const repo = this.hub.add({ name, commits: [{ sha: newSha(), files: { '.gitattributes': 'x' } }] });
        this.announce(repo, { action: 'create', scope: 'repo' });
        return sendJson(response, 200, { url: `${this.hub.url}/${name}`, name, id: repo.id });
      }
      case '/api/validate-yaml':
        return sendJson(response, 200, { errors: [], warnings: [] });
      case '/api/repos/delete': {
        const repo = this.repo(name);
        this.hub.repos.splice(this.hub.repos.indexOf(repo), 1);
        this.announce(repo, { action: 'delete', scope: 'repo' });
        response.writeHead(200).end();
        return;
      }
      case '/api/repos/move': {
        const repo = this.repo(json.fromRepo);
        const before = pushEvent(repo).repo;
        repo.name = json.toRepo;
        this.hub.renamed.set(json.fromRepo, json.toRepo);
        const movedTo = { name: json.toRepo, owner: { id: 'x' } };
        this.hub.onEvent?.({ event: { action: 'move', scope: 'repo' }, repo: before, movedTo });
        return sendJson(response, 200, {});
      }
      default:
        response.writeHead(404).end();
    }
  }

  private change(
    name: string,
    what: string,
    rest: string,
    json: { files?: { path: string; size: number }[]; gated?: 'manual' | false; visibility?: string },
    response: ServerResponse,
  ): void {
    const repo = this.repo(name);
    if (what === 'preupload') {
      const files = (json.files ?? []).map(({ path, size }) => ({
        path,
        uploadMode: size < LARGE ? 'regular' : 'lfs',
        shouldIgnore: false,
      }));
      sendJson(response, 200, { files });
      return;
    }
    if (what === 'branch') {
      const updatedRefs = [{ ref: `refs/heads/${rest}`, oldSha: null, newSha: repo.commits.at(-1)?.sha }];
      this.announce(repo, { action: 'update', scope: 'repo.content' }, { updatedRefs });
    } else {
      if (json.gated) repo.access = 'gated';
      if (json.visibility === 'private') repo.access = 'private';
      this.announce(repo, { action: 'update', scope: 'repo.config' });
    }
    sendJson(response, 200, {});
  }

  private batch(json: { objects: { oid: string; size: number }[] }, response: ServerResponse): void {
    const objects = json.objects.map(({ oid, size }) => ({
      oid,
      size,
      ...(!this.uploaded.has(oid) && { actions: { upload: { href: `${this.hub.url}/lfs-upload/${oid}` } } }),
    }));
    sendJson(response, 200, { transfer: 'basic', objects });
  }

  private commit(pathname: string, body: Buffer, response: ServerResponse): void {
    const repo = this.repo(pathname.slice('/api/models/'.length, -'/commit/main'.length));
    const files: Files = { ...repo.commits.at(-1)?.files };
    for (const line of body.toString().trim().split('\n')) {
      const { key, value } = JSON.parse(line) as CommitLine;
      if (key === 'file') files[value.path] = Buffer.from(value.content, 'base64');
      if (key === 'lfsFile') files[value.path] = this.uploaded.get(value.oid) ?? '';
      if (key === 'deletedFile') delete files[value.path];
    }
    const sha = newSha();
    repo.commits.push({ sha, files });
    const { event, updatedRefs } = pushEvent(repo);
    this.announce(repo, event, { updatedRefs });
    sendJson(response, 200, {
      success: true,
      commitOid: sha,
      commitUrl: `${this.hub.url}/${repo.name}/commit/${sha}`,
    });
  }

  private repo(name: string): ServedRepo {
    const repo = this.hub.repos.find((one) => one.name === name);
    if (!repo) throw new Error(`the Hub has no ${name}`);
    return repo;
  }

  private announce(repo: ServedRepo, event: { action: string; scope: string }, more: object = {}): void {
    const { repo: described, webhook } = pushEvent(repo);
    this.hub.onEvent?.({ event, repo: described, webhook, ...more });
  }
}

function newSha(): string {
  return randomBytes(20).toString('hex');
}
