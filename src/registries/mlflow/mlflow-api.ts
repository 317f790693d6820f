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

  /** Paths of the files and folders in a folder of a run, relative to the run's root. */
  async runFiles(runId: string, path: string, signal?: AbortSignal): Promise<string[]> {
    const json = await this.get('/api/2.0/mlflow/artifacts/list', { run_id: runId, path }, signal);
    return checkResponse(fileList, json, "MLflow's list of files").files.map((file) => file.path);
  }

  /** A file of a version. @param path within the version */
  file({ name, version }: Pick<MlflowVersion, 'name' | 'version'>, path: string): RemoteFile {
    return { url: this.url('/model-versions/get-artifact', { name, version, path }), at: this.at };
  }

  /**
   * A small file of a version as text; null when it is missing.
   *
   * @param isListed whether MLflow lists the file. For an unlisted file a 500 counts as missing, because MLflow with a
   * folder as its storage answers 500 for a missing file
   */
  async text(
    version: Pick<MlflowVersion, 'name' | 'version'>,
    { path, isListed, maxBytes }: { path: string; isListed: boolean; maxBytes: number },
    signal?: AbortSignal,
  ): Promise<string | null> {
    const { url } = this.file(version, path);
    const limits = { ...this.limits, maxBytes };
    const response = await guardedFetch(this.at, limits, signal)(url);
    if (response.ok) return response.text();
    if (response.status === 404 || (response.status === 500 && !isListed)) return null;
    throw badStatus(new URL(url), response.status, this.at.advice);
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

function authorization({ token, username, password }: MlflowConnection): Record<string, string> {
  if (token !== undefined) return { authorization: `Bearer ${token}` };
  if (username === undefined) return {};
  const pair = Buffer.from(`${username}:${password ?? ''}`, 'utf8').toString('base64');
  return { authorization: `Basic ${pair}` };
}
