import type { RemoteFile } from '../../download/index.js';
import type { Annotations } from '../../store/index.js';

/** What a registry says of one of its versions, read from it just now. */
export interface RegisteredModel {
  file: RemoteFile;
  /** What tells this content of the version from another one under the same name; null when nothing does. */
  revision: string | null;
  /** SHA-256 of the file in lower-case hexadecimal, where the registry knows it. */
  sha256?: string;
  /** A preprocessing description in any form that `parsePreprocessing` reads, where the version has one. */
  preprocessing?: unknown;
  /** Labels as `parseLabels` reads them, where the version has some. */
  labels?: unknown;
  /** Its tags and aliases there, where the registry has such. */
  annotations?: Annotations;
}

/** What an ingest needs of a registry: to make a file of a URI. */
export interface RegistryAccess {
  /**
   * @param uri of its scheme, such as `hf://owner/name@revision`
   * @throws ProbelogError SOURCE_NOT_FOUND, SOURCE_DENIED, SOURCE_UNREACHABLE, SOURCE_TIMEOUT, SOURCE_UNSUPPORTED
   */
  resolve(uri: string, signal?: AbortSignal): Promise<RegisteredModel>;
}
