import { randomUUID } from 'node:crypto';
import { type Delivered, deliver } from '../deliver.js';
import { type Loopback, sendFile, sendJson, startLoopback } from '../loopback.js';
import { mlflowHeaders, pythonJson } from '../signing.js';

/** A registered version with its files. */
export interface ServedVersion {
  name: string;
  version: string;
  runId: string;
  source: string;
  created: number;
  status: string;
  tags: Record<string, string>;
  aliases: string[];
  workspace: string | null;
  /** By path within the version. */
  files: Record<string, Uint8Array | string>;
}

/** A tracking server with MLflow's REST: records, lists, artifacts, and signed webhooks. */
export interface MlflowServer extends Loopback {
  versions: ServedVersion[];
  /** What `Authorization` must be; when undefined, every caller may read. */
  authorization: string | undefined;
  /** Most versions on a page. */
  pageSize: number;
  /** Answers the next requests for these paths with this status. */
  failing: Map<string, number>;
  /** Answers requests for this file with 500, as when its storage has no time. */
  failingFile: string | undefined;
  /** Answers the next request for each of these files with 500, and then as it should. */
  failingOnce: Set<string>;
  /** To which no caller has access. */
  closedWorkspace: string | undefined;
  add(version: Partial<ServedVersion> & Pick<ServedVersion, 'name' | 'version'>): ServedVersion;
  /** Sends a signed event as MLflow's sender does; returns what the receiver answered. */
  send(
    receiver: string,
    secret: string,
    event: { entity: string; action: string; data: object; workspace?: string },
  ): Promise<Delivered>;
}

const PREFIX = '/api/2.0/mlflow';

export async function startMlflow(): Promise<MlflowServer> {
  const loopback = await startLoopback((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://mlflow');
    const failure = server.failing.get(pathname);
    if (failure !== undefined) return sendJson(response, failure, { error_code: 'INTERNAL_ERROR' });
    if (server.authorization !== undefined && request.headers.authorization !== server.authorization) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="mlflow"' });
      return response.end('You are not authenticated.');
    }
    const workspace = (request.headers['x-mlflow-workspace'] as string | undefined) ?? null;
    if (workspace !== null && workspace === server.closedWorkspace)
      return sendJson(response, 403, { error_code: 'PERMISSION_DENIED' });
    const here = server.versions.filter((one) => one.workspace === workspace);
    const asked = here.find(
      ({ name, version }) => name === searchParams.get('name') && version === searchParams.get('version'),
    );
    switch (pathname) {
      case `${PREFIX}/model-versions/get`:
        return asked
          ? sendJson(response, 200, { model_version: record(asked) })
          : sendJson(response, 404, notFound(`Model Version (name=${searchParams.get('name')}) not found`));
      case `${PREFIX}/model-versions/search`: {
        const first = Number(searchParams.get('page_token') ?? 0);
        const most = Math.min(Number(searchParams.get('max_results') ?? 10_000), server.pageSize);
        const next = first + most < here.length ? { next_page_token: String(first + most) } : {};
        return sendJson(response, 200, {
          // MLflow fills in the aliases of a single version only.
          model_versions: here.slice(first, first + most).map((one) => record({ ...one, aliases: [] })),
          ...next,
        });
      }
      case `${PREFIX}/registered-models/search`: {
        const names = [...new Set(here.map(({ name }) => name))];
        const first = Number(searchParams.get('page_token') ?? 0);
        const most = Math.min(Number(searchParams.get('max_results') ?? 100), server.pageSize);
        return sendJson(response, 200, {
          registered_models: names.slice(first, first + most).map((name) => model(name, here)),
          ...(first + most < names.length && { next_page_token: String(first + most) }),
        });
      }
      case `${PREFIX}/artifacts/list`: {
        const run = here.find(({ runId }) => runId === searchParams.get('run_id'));
        if (!run) return sendJson(response, 404, notFound('Run not found'));
        return sendJson(response, 200, {
          root_uri: `mlflow-artifacts:/0/${run.runId}/artifacts`,
          files: listed(run, searchParams.get('path') ?? ''),
        });
      }
      case `${PREFIX}/runs/get`: {
        const isKnown = here.some(({ runId }) => runId === searchParams.get('run_id'));
        return isKnown
          ? sendJson(response, 200, { run: {} })
          : sendJson(response, 404, notFound('Run not found'));
      }
      case '/get-artifact': {
        const path = searchParams.get('path') ?? '';
        const run = here.find(({ runId }) => runId === searchParams.get('run_id'));
        const folder = run?.source.split(`/${run.runId}/`)[1];
        const content = folder !== undefined && run?.files[path.slice(folder.length + 1)];
        if (!content) return sendJson(response, 404, notFound(`No such artifact: '${path}'`));
        return sendFile(request, response, Buffer.from(content), `"${run?.created}-${path}"`);
      }
      case '/model-versions/get-artifact': {
        const path = searchParams.get('path') ?? '';
        const content = asked?.files[path];
        if (!asked) return sendJson(response, 404, notFound('Model Version not found'));
        // As of a run whose artifacts the server keeps by proxy.
        if (asked.source.startsWith('runs:/'))
          return sendJson(response, 500, { error_code: 'INTERNAL_ERROR' });
        // As of a store in a folder: the fault of a missing file is not one that MLflow knows.
        if (content === undefined || path === server.failingFile || server.failingOnce.delete(path))
          return response.writeHead(500).end('Internal Server Error');
        response.setHeader('content-disposition', `attachment; filename=${path.split('/').at(-1)}`);
        return sendFile(request, response, Buffer.from(content), `"${asked.created}-${path}"`);
      }
      default:
        return response.writeHead(404).end();
    }
  });
  const server: MlflowServer = {
    ...loopback,
    versions: [],
    authorization: undefined,
    pageSize: 10_000,
    failing: new Map(),
    failingFile: undefined,
    failingOnce: new Set(),
    closedWorkspace: undefined,
    add(version) {
      const runId = version.runId ?? randomUUID().replaceAll('-', '');
      const full: ServedVersion = {
        runId,
        source: `mlflow-artifacts:/0/${runId}/artifacts/model`,
        created: 1_753_950_452_000 + server.versions.length,
        status: 'READY',
        tags: {},
        aliases: [],
        workspace: null,
        files: {},
        ...version,
      };
      server.versions.push(full);
      return full;
    },
    async send(receiver, secret, { entity, action, data, workspace }) {
      const timestamp = new Date().toISOString().replace('Z', '000+00:00');
      const body = pythonJson({ entity, action, timestamp, data, ...(workspace && { workspace }) });
      return deliver(receiver, body, mlflowHeaders(body, secret, randomUUID(), new Date()));
    },
  };
  return server;
}

/** What MLflow sends when this version is created. */
export function createdEvent({ name, version, source, runId, tags, workspace }: ServedVersion) {
  const data = { name, version, source, run_id: runId, tags, description: null };
  return { entity: 'model_version', action: 'created', data, ...(workspace && { workspace }) };
}

function record({ name, version, runId, source, created, status, tags, aliases }: ServedVersion) {
  return {
    name,
    version,
    creation_timestamp: created,
    last_updated_timestamp: created,
    current_stage: 'None',
    source,
    run_id: runId,
    status,
    // MLflow leaves out what is empty.
    ...(Object.keys(tags).length > 0 && {
      tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
    }),
    ...(aliases.length > 0 && { aliases }),
  };
}

function model(name: string, versions: readonly ServedVersion[]) {
  const aliases = versions.flatMap((one) =>
    one.name === name ? one.aliases.map((alias) => ({ alias, version: one.version })) : [],
  );
  return { name, ...(aliases.length > 0 && { aliases }) };
}

function listed({ source, files }: ServedVersion, path: string) {
  if (!source.endsWith(`/${path}`)) return [];
  const names = new Map<string, { path: string; is_dir: boolean; file_size?: number }>();
  for (const [file, content] of Object.entries(files)) {
    const [name, ...rest] = file.split('/');
    const isFolder = rest.length > 0;
    names.set(name, {
      path: `${path}/${name}`,
      is_dir: isFolder,
      ...(!isFolder && { file_size: content.length }),
    });
  }
  return [...names.values()];
}

function notFound(message: string) {
  return { error_code: 'RESOURCE_DOES_NOT_EXIST', message };
}
