import { z } from 'zod';
import {
  badStatus,
  type ConfiguredOrigin,
  type DownloadLimits,
  guardedFetch,
  type RemoteFile,
} from '../../download/index.js';
import { ProbelogError } from '../../errors/index.js';
import { checkResponse } from '../registry-json.js';
import { type VersionRecord, versionRecord } from './version-record.js';
import type { MlflowVersion } from './version-uri.js';

/** How to reach a tracking server. */
export interface MlflowConnection {
  /** Such as https://mlflow.example.org or https://example.org/mlflow */
  url: string;
  token?: string;
  username?: string;
  password?: string;
  /** The workspaces that a sweep lists; the default workspace when absent. */
  workspaces?: readonly string[];
}

/** For responses and sidecar files, which are small JSON or YAML documents: parsing blocks the event loop. */
const MAX_BYTES = 4 * 2 ** 20;

/** With this page size, {@link MAX_BYTES} allows 40 KiB of tags per version. */
const VERSIONS_PER_PAGE = '100';
/** Smaller, because each model includes the latest version of each of its stages. */
const MODELS_PER_PAGE = '20';
const WORKSPACE_HEADER = 'X-MLFLOW-WORKSPACE';

const ADVICE =
  'Set PROBELOG_MLFLOW_TOKEN, or PROBELOG_MLFLOW_USERNAME and PROBELOG_MLFLOW_PASSWORD, to an account that may read registered models.';

const modelRecord = z.object({
  name: z.string(),
  aliases: z
    .array(z.object({ alias: z.string(), version: z.union([z.string(), z.int().transform(String)]) }))
    .nullish(),
});

/** MLflow's record of a model: the fields that we use. */
export type RegisteredModelRecord = z.output<typeof modelRecord>;

const pageEnd = { next_page_token: z.string().nullish() };
const versionPage = z.object({ model_versions: z.array(versionRecord).nullish(), ...pageEnd });
const modelPage = z.object({ registered_models: z.array(modelRecord).nullish(), ...pageEnd });
const oneVersion = z.object({ model_version: versionRecord });
const fileList = z.object({
  files: z.array(z.object({ path: z.string() })).default([]),
});
const downloadUri = z.object({ artifact_uri: z.string().nullish() });
const oneRun = z.object({
  run: z.object({
    outputs: z.object({ model_outputs: z.array(z.object({ model_id: z.string() })).nullish() }).nullish(),
  }),
});
const loggedModel = z.object({ model: z.object({ info: z.object({ name: z.string().nullish() }) }) });

/** MLflow's REST API, in one workspace. */
export class MlflowApi {
  private readonly base: string;
  private readonly at: ConfiguredOrigin;
  private readonly limits: DownloadLimits;

  constructor(connection: MlflowConnection, workspace: string | null, limits: DownloadLimits) {
    this.base = connection.url.replace(/\/+$/, '');
    const headers = { ...authorization(connection), ...(workspace && { [WORKSPACE_HEADER]: workspace }) };
    this.at = { origin: new URL(this.base).origin, headers: () => headers, advice: ADVICE };
    this.limits = { ...limits, maxBytes: Math.min(limits.maxBytes, MAX_BYTES) };
  }

  /** @throws ProbelogError SOURCE_NOT_FOUND when the version does not exist; SOURCE_DENIED, SOURCE_UNREACHABLE, … */
  async version(
    { name, version }: Pick<MlflowVersion, 'name' | 'version'>,
    signal?: AbortSignal,
  ): Promise<VersionRecord> {
    const json = await this.get('/api/2.0/mlflow/model-versions/get', { name, version }, signal);
    return checkResponse(oneVersion, json, "MLflow's record of the version").model_version;
  }

  /**
   * All versions, page by page. Where MLflow keeps its records in a database, aliases are missing: see `models`.
   *
   * @throws ProbelogError as `version`
   */
  async *versions(signal?: AbortSignal): AsyncGenerator<VersionRecord, void, undefined> {
    const what = "MLflow's list of versions";
    const query = { max_results: VERSIONS_PER_PAGE };
    for await (const page of this.pages('/api/2.0/mlflow/model-versions/search', query, what, signal)) {
      yield* checkResponse(versionPage, page, what).model_versions ?? [];
    }
  }

  /** All models, page by page. @throws ProbelogError as `version` */
  async *models(signal?: AbortSignal): AsyncGenerator<RegisteredModelRecord, void, undefined> {
    const what = "MLflow's list of models";
    const query = { max_results: MODELS_PER_PAGE };
    for await (const page of this.pages('/api/2.0/mlflow/registered-models/search', query, what, signal)) {
      yield* checkResponse(modelPage, page, what).registered_models ?? [];
    }
  }

  /** Where MLflow found a version's files when it was registered; null when it does not say. */
  async downloadUri(
    { name, version }: Pick<MlflowVersion, 'name' | 'version'>,
    signal?: AbortSignal,
  ): Promise<string | null> {
    const json = await this.get('/api/2.0/mlflow/model-versions/get-download-uri', { name, version }, signal);
    return checkResponse(downloadUri, json, "MLflow's place of the version").artifact_uri ?? null;
  }

  /** Paths of the files and folders in a folder of a run, relative to the run's root. @param path empty for the root */
  async runFiles(runId: string, path: string, signal?: AbortSignal): Promise<string[]> {
    const query = { run_id: runId, ...(path !== '' && { path }) };
    return paths(await this.get('/api/2.0/mlflow/artifacts/list', query, signal));
  }

  /** Ids of the models that a run logged, the oldest first. */
  async modelsOfRun(runId: string, signal?: AbortSignal): Promise<string[]> {
    const json = await this.get('/api/2.0/mlflow/runs/get', { run_id: runId }, signal);
    const { outputs } = checkResponse(oneRun, json, "MLflow's record of the run").run;
    return (outputs?.model_outputs ?? []).map((output) => output.model_id);
  }

  /** The name under which a model was logged. */
  async nameOfLoggedModel(modelId: string, signal?: AbortSignal): Promise<string | null> {
    const json = await this.get(`/api/2.0/mlflow/logged-models/${encodeURIComponent(modelId)}`, {}, signal);
    return checkResponse(loggedModel, json, "MLflow's record of the model").model.info.name ?? null;
  }

  /** Paths of the files and folders of a logged model. */
  async loggedModelFiles(modelId: string, signal?: AbortSignal): Promise<string[]> {
    const path = `/api/2.0/mlflow/logged-models/${encodeURIComponent(modelId)}/artifacts/directories`;
    return paths(await this.get(path, {}, signal));
  }

  /** A file of a version. @param path within the version */
  versionFile({ name, version }: Pick<MlflowVersion, 'name' | 'version'>, path: string): RemoteFile {
    return this.fileAt('/model-versions/get-artifact', { name, version, path });
  }

  /** A file of a run. @param path within the run */
  runFile(runId: string, path: string): RemoteFile {
    return this.fileAt('/get-artifact', { run_id: runId, path });
  }

  /** A file of a logged model. @param path within the model */
  loggedModelFile(modelId: string, path: string): RemoteFile {
    const route = `/ajax-api/2.0/mlflow/logged-models/${encodeURIComponent(modelId)}/artifacts/files`;
    return this.fileAt(route, { artifact_file_path: path });
  }

  /**
   * A small file as text; null when it is missing.
   *
   * @param isListed whether MLflow lists the file. For an unlisted file a 500 counts as missing, because MLflow with a
   * folder as its storage answers 500 for a missing file
   */
  async text(
    { url }: RemoteFile,
    { isListed, maxBytes }: { isListed: boolean; maxBytes: number },
    signal?: AbortSignal,
  ): Promise<string | null> {
    const limits = { ...this.limits, maxBytes };
    const response = await guardedFetch(this.at, limits, signal)(url);
    if (response.ok) return response.text();
    if (response.status === 404 || (response.status === 500 && !isListed)) return null;
    throw badStatus(new URL(url), response.status, this.at.advice);
  }

  private fileAt(path: string, query: Record<string, string>): RemoteFile {
    return { url: this.url(path, query), at: this.at };
  }

  private async *pages(
    path: string,
    query: Record<string, string>,
    what: string,
    signal?: AbortSignal,
  ): AsyncGenerator<unknown, void, undefined> {
    const seen = new Set<string>();
    for (let token: string | null = null; ; ) {
      const page = await this.get(path, { ...query, ...(token && { page_token: token }) }, signal);
      yield page;
      const { next_page_token: next } = checkResponse(z.object(pageEnd), page, what);
      if (!next) return;
      if (seen.has(next)) {
        throw new ProbelogError('SOURCE_UNREACHABLE', `${what} does not end.`);
      }
      seen.add(next);
      token = next;
    }
  }

  private async get(path: string, query: Record<string, string>, signal?: AbortSignal): Promise<unknown> {
    const url = this.url(path, query);
    const response = await guardedFetch(this.at, this.limits, signal)(url);
    if (!response.ok) throw badStatus(new URL(url), response.status, this.at.advice);
    return response.json().catch(() => null);
  }

  private url(path: string, query: Record<string, string>): string {
    return `${this.base}${path}?${new URLSearchParams(query)}`;
  }
}

function paths(json: unknown): string[] {
  return checkResponse(fileList, json, "MLflow's list of files").files.map((file) => file.path);
}

function authorization({ token, username, password }: MlflowConnection): Record<string, string> {
  if (token !== undefined) return { authorization: `Bearer ${token}` };
  if (username === undefined) return {};
  const pair = Buffer.from(`${username}:${password ?? ''}`, 'utf8').toString('base64');
  return { authorization: `Basic ${pair}` };
}
