import type { RemoteFile } from '../download/index.js';

/** What people say of a version in its registry; it changes at any time. */
export interface VersionNotes {
  tags: Readonly<Record<string, string>>;
  aliases: readonly string[];
}

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
  /** Where the registry has such. */
  notes?: VersionNotes;
}

/** A version in a registry's list. */
export interface ListedVersion {
  /** As this registry's webhooks register it. */
  name: string;
  version: string;
  source: string;
  /** See {@link ResolvedVersion}. */
  revision: string | null;
  /** Whether there can be a model in it: it is ready, and has a file of that kind, as far as the list tells. */
  isModel: boolean;
  /** Where the registry has such. */
  notes?: VersionNotes;
}

/** A part of a registry's list, such as the repositories of one owner. It may fail while the others do not. */
export interface ListingPart {
  /** For people. */
  readonly name: string;
  /** Every version, page by page. It ends without an error only when it was whole. */
  versions(signal?: AbortSignal): AsyncIterable<ListedVersion>;
  /** Whether it would have this model, if it were still there. */
  covers(name: string): boolean;
}

/** The list of a registry's versions. */
export interface RegistryListing {
  readonly parts: readonly ListingPart[];
  /** Whether a listed name stands for its other versions as well, which the list does not have. */
  readonly standsForOlder: boolean;
  /**
   * Asks for one version alone. A list changes while it is read, so what is missing from it may well be there.
   *
   * @throws ProbelogError unless the registry says that it is there, or that it is not
   */
  exists(source: string, signal?: AbortSignal): Promise<boolean>;
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
  /** Null when the settings name nothing to be listed. */
  readonly listing: RegistryListing | null;
}
