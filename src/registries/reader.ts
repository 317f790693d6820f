import type { RemoteFile } from '../download/index.js';

/** What a registry says of one of its versions, read from it just now. */
export interface ResolvedVersion {
  file: RemoteFile;
  /** What tells this content of the version from another one under the same name; null when nothing does. */
  revision: string | null;
  /** SHA-256 of the file in lower-case hexadecimal, where the registry knows it. */
  sha256?: string;
  /** A preprocessing description as the version has it, not looked at. */
  preprocessing?: unknown;
  /** Labels as the version has them, not looked at. */
  labels?: unknown;
}

/**
 * Reads one registry: which file a version has, and which versions there are. Webhooks only hint at changes; this is where
 * what they say is looked up.
 */
export interface RegistryReader {
  /** That of the registry, see `Registry.name`. */
  readonly name: string;
  /** Scheme of the URIs that stand for its versions. */
  readonly scheme: string;
  /**
   * @param uri of a version, as this registry's plans have it; hostile until it is parsed
   * @throws ProbelogError SOURCE_NOT_FOUND when there is no such version, or no model file in it; SOURCE_DENIED,
   * SOURCE_FORBIDDEN, SOURCE_UNREACHABLE, SOURCE_TIMEOUT
   */
  resolve(uri: string, signal?: AbortSignal): Promise<ResolvedVersion>;
}
