import { type DownloadLimits, download } from '../../download/index.js';
import { ProbelogError } from '../../errors/index.js';
import type { MlflowApi } from './mlflow-api.js';
import type { VersionPlace } from './version-place.js';

/**
 * The sidecar files of one version.
 *
 * Where MLflow has no list of files, a missing file and a storage failure look the same: both are a 500. So a file that seems
 * missing is requested again once the storage is known to work.
 */
export class VersionFiles {
  /** Files that seem missing, with their maximum size in bytes. */
  private readonly missed = new Map<string, number>();

  constructor(
    private readonly api: Pick<MlflowApi, 'text'>,
    private readonly place: VersionPlace,
  ) {}

  /** A file as text; null when it seems missing. @throws ProbelogError as `MlflowApi.text` */
  async text(path: string, maxBytes: number, signal?: AbortSignal): Promise<string | null> {
    const { listed } = this.place;
    const isListed = listed !== null;
    if (listed?.includes(path) === false) return null;
    const text = await this.api.text(this.place.file(path), { isListed, maxBytes }, signal);
    if (text === null && !isListed) this.missed.set(path, maxBytes);
    return text;
  }

  /** The first characters of a file; null when it cannot be read, because what it tells is only checked against. */
  async beginning(
    path: string,
    bytes: number,
    limits: DownloadLimits,
    signal?: AbortSignal,
  ): Promise<string | null> {
    const chunks: Buffer[] = [];
    let read = 0;
    try {
      for await (const chunk of download(this.place.file(path), limits, signal)) {
        chunks.push(chunk);
        read += chunk.length;
        if (read >= bytes) break;
      }
    } catch (thrown) {
      if (!(thrown instanceof ProbelogError)) throw thrown;
      return null;
    }
    return Buffer.concat(chunks).subarray(0, bytes).toString('latin1');
  }

  /**
   * Confirms that the files that seemed missing are missing.
   *
   * @param witness a file that must exist: its first bytes show that the storage works
   * @throws ProbelogError SOURCE_UNREACHABLE when one of the files exists after all, so that the ingest reads everything
   * again later; errors of requesting the witness, or the reason why the files could not be looked up
   */
  async checkMissed(witness: string, limits: DownloadLimits, signal?: AbortSignal): Promise<void> {
    if (this.missed.size === 0) return;
    const content = download(this.place.file(witness), limits, signal);
    try {
      await content.next();
    } catch (thrown) {
      throw this.place.refusal ?? thrown;
    } finally {
      await content.return();
    }
    for (const [path, maxBytes] of this.missed) {
      const text = await this.api.text(this.place.file(path), { isListed: false, maxBytes }, signal);
      if (text === null) continue;
      throw new ProbelogError(
        'SOURCE_UNREACHABLE',
        `MLflow sent ${path} only at the second request, so its storage may be failing.`,
      );
    }
  }
}
