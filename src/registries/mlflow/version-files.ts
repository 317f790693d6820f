import { type DownloadLimits, download } from '../../download/index.js';
import { ProbelogError } from '../../errors/index.js';
import type { MlflowApi } from './mlflow-api.js';
import type { MlflowVersion } from './version-uri.js';

/**
 * The small files of one version.
 *
 * Where MLflow lists nothing, a file that is not there and storage that has no time look the same: both are a 500. So what
 * seems to be missing is asked for again once the storage is known to send.
 */
export class VersionFiles {
  /** What seems to be missing, with the most bytes that it may have. */
  private readonly missed = new Map<string, number>();

  /** @param listed names of what is in the version's folder; null where MLflow has no list of it */
  constructor(
    private readonly api: MlflowApi,
    private readonly version: MlflowVersion,
    private readonly listed: readonly string[] | null,
  ) {}

  /** A file as text; null when it seems that there is none. @throws ProbelogError as `MlflowApi.text` */
  async text(path: string, mostBytes: number, signal?: AbortSignal): Promise<string | null> {
    const isListed = this.listed !== null;
    if (this.listed?.includes(path) === false) return null;
    const text = await this.api.text(this.version, { path, isListed, mostBytes }, signal);
    if (text === null && !isListed) this.missed.set(path, mostBytes);
    return text;
  }

  /**
   * Makes sure that what seemed to be missing is missing.
   *
   * @param witness a file that must be there, whose first bytes show that the storage sends
   * @throws ProbelogError SOURCE_UNREACHABLE when something is there after all, so that all is read again; what asking for
   * the witness throws
   */
  async checkMissed(witness: string, limits: DownloadLimits, signal?: AbortSignal): Promise<void> {
    if (this.missed.size === 0) return;
    const content = download(this.api.file(this.version, witness), limits, signal);
    try {
      await content.next();
    } finally {
      await content.return();
    }
    for (const [path, mostBytes] of this.missed) {
      const text = await this.api.text(this.version, { path, isListed: false, mostBytes }, signal);
      if (text === null) continue;
      throw new ProbelogError(
        'SOURCE_UNREACHABLE',
        `MLflow sends ${path}, which it did not send a moment ago.`,
      );
    }
  }
}
