import { z } from 'zod';
import {
  badStatus,
  type ConfiguredOrigin,
  type DownloadLimits,
  guardedFetch,
  type RemoteFile,
} from '../../download/index.js';
import { ProbelogError } from '../../errors/index.js';
import { checkedAnswer } from '../checked-answer.js';
import type { MlflowVersion } from './version-uri.js';

/** Where a tracking server is, and what it is shown. */
export interface MlflowConnection {
  /** Such as https://mlflow.example.org or https://example.org/mlflow */
  url: string;
  token?: string;
  username?: string;
  password?: string;
  /** Whose versions are listed; the default one when absent. */
  workspaces?: readonly string[];
}

/** Answers and companions are small JSON or YAML documents; one of this size keeps everybody waiting while it is parsed. */
const MAX_BYTES = 4 * 2 ** 20;

/** A version has up to 40 KiB of tags then. */
const VERSIONS_PER_PAGE = '100';
/** Less, for a model comes with the latest version of each of its stages. */
const MODELS_PER_PAGE = '20';
const WORKSPACE_HEADER = 'X-MLFLOW-WORKSPACE';

const ADVICE =
  'Set PROBELOG_MLFLOW_TOKEN, or PROBELOG_MLFLOW_USERNAME and PROBELOG_MLFLOW_PASSWORD, to an account that may read registered models.';

const versionRecord = z.object({
  name: z.string(),
  version: z.union([z.string(), z.int().transform(String)]),
  creation_timestamp: z.union([z.string(), z.number().transform(String)]).nullish(),
  source: z.string().nullish(),
  run_id: z.string().nullish(),
  status: z.string().nullish(),
  tags: z.array(z.object({ key: z.string(), value: z.string().nullish() })).nullish(),
  aliases: z.array(z.string()).nullish(),
});

/** MLflow's record of a version, as far as it is needed here. */
export type VersionRecord = z.output<typeof versionRecord>;

const modelRecord = z.object({
  name: z.string(),
  aliases: z
    .array(z.object({ alias: z.string(), version: z.union([z.string(), z.int().transform(String)]) }))
    .nullish(),
});

/** MLflow's record of a model, as far as it is needed here. */
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

  /** @throws ProbelogError SOURCE_NOT_FOUND when there is no such version; SOURCE_DENIED, SOURCE_UNREACHABLE, … */
  async version(
    { name, version }: Pick<MlflowVersion, 'name' | 'version'>,
    signal?: AbortSignal,
  ): Promise<VersionRecord> {
    const answer = await this.get('/api/2.0/mlflow/model-versions/get', { name, version }, signal);
    return checkedAnswer(oneVersion, answer, "MLflow's record of the version").model_version;
  }

  /**
   * All versions, page by page. Their aliases are missing where MLflow keeps its records in a database: `models` has them.
   *
   * @throws ProbelogError as `version`
   */
  async *versions(signal?: AbortSignal): AsyncGenerator<VersionRecord, void, undefined> {
    const what = "MLflow's list of versions";
    const query = { max_results: VERSIONS_PER_PAGE };
    for await (const answer of this.pages('/api/2.0/mlflow/model-versions/search', query, what, signal)) {
      yield* checkedAnswer(versionPage, answer, what).model_versions ?? [];
    }
  }

  /** All models, page by page. @throws ProbelogError as `version` */
  async *models(signal?: AbortSignal): AsyncGenerator<RegisteredModelRecord, void, undefined> {
    const what = "MLflow's list of models";
    const query = { max_results: MODELS_PER_PAGE };
    for await (const answer of this.pages('/api/2.0/mlflow/registered-models/search', query, what, signal)) {
      yield* checkedAnswer(modelPage, answer, what).registered_models ?? [];
    }
  }

  /** Paths of the files and folders in a folder of a run, from the run's root. */
  async runFiles(runId: string, path: string, signal?: AbortSignal): Promise<string[]> {
    const answer = await this.get('/api/2.0/mlflow/artifacts/list', { run_id: runId, path }, signal);
    return checkedAnswer(fileList, answer, "MLflow's list of files").files.map((file) => file.path);
  }

  /** A file of a version. @param path within the version */
  file({ name, version }: Pick<MlflowVersion, 'name' | 'version'>, path: string): RemoteFile {
    return { url: this.url('/model-versions/get-artifact', { name, version, path }), at: this.at };
  }

  /**
   * A small file of a version as text; null when there is none.
   *
   * @param isListed whether MLflow says that it is there. Of others nobody knows, and where its storage is a folder, MLflow
   * answers 500 for a file that is not there
   */
  async text(
    version: Pick<MlflowVersion, 'name' | 'version'>,
    { path, isListed, mostBytes }: { path: string; isListed: boolean; mostBytes: number },
    signal?: AbortSignal,
  ): Promise<string | null> {
    const { url } = this.file(version, path);
    const limits = { ...this.limits, maxBytes: mostBytes };
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
      const answer = await this.get(path, { ...query, ...(token && { page_token: token }) }, signal);
      yield answer;
      const { next_page_token: next } = checkedAnswer(z.object(pageEnd), answer, what);
      if (!next) return;
      if (seen.has(next)) {
        throw new ProbelogError('SOURCE_UNREACHABLE', `${what} goes round in circles.`);
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
