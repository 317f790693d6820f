import type { RemoteFile } from '../download/index.js';
import type { RegistryScheme } from '../lib/registry-schemes.js';
import type { Annotations } from '../store/index.js';

/** A version as its registry describes it at the moment. */
export interface ResolvedVersion {
  file: RemoteFile;
  /** Identifies this content of the version: a new revision means other content under the same name. Null when unknown. */
  revision: string | null;
  /** SHA-256 of the file in lower-case hexadecimal, where the registry knows it. */
  sha256?: string;
  /**
   * A file of the model's own folder, by its relative path, with its SHA-256 where the registry knows it; null when the registry
   * lists none. The model chooses the path: it must be checked before, so that it cannot lead out of the folder.
   */
  beside(path: string): { file: RemoteFile; sha256?: string } | null;
  /**
   * The files that may describe the model: those in its folder and in the version's, by name. One of the version's folder that has the
   * name of one in the model's begins with `../`. Absent where the registry does not list them.
   */
  sidecars?: { names: readonly string[]; file(name: string): RemoteFile };
  /** A preprocessing description that is in no such file, unchecked. */
  preprocessing?: unknown;
  /** Labels that are in no such file, unchecked. */
  labels?: unknown;
  /** What the registry says of the model's input: see `ExpectedInput` in src/ingest. */
  expectedInput?: readonly {
    where: string;
    shape: readonly (number | null)[] | null;
    range: readonly [min: number, max: number] | null;
  }[];
  /** Where the registry has tags and aliases. */
  annotations?: Annotations;
}

/** A version without an ONNX file, which a runner loads from the registry. */
export interface RunnerVersion {
  /** Flavors that a runner needs one of, the best first, such as `mlflow.pytorch`. */
  flavors: readonly string[];
  /** See {@link ResolvedVersion}. */
  revision: string | null;
  /** Where the registry has tags and aliases. */
  annotations?: Annotations;
}

/** A version in a registry's list. */
export interface ListedVersion {
  /** The name under which this registry's webhooks register it. */
  name: string;
  version: string;
  source: string;
  /** See {@link ResolvedVersion}. */
  revision: string | null;
  /** Whether it may contain a model: it is ready, and has an ONNX file or one for a runner, as far as the list shows. */
  isModel: boolean;
  /** Where the registry has tags and aliases. */
  annotations?: Annotations;
}

/** A part of a registry's list, such as the repositories of one owner. Each part can fail alone. */
export interface ListingPart {
  /** For messages. */
  readonly name: string;
  /** Every version, page by page. It ends without an error only when the list was complete. */
  versions(signal?: AbortSignal): AsyncIterable<ListedVersion>;
  /** Whether this part lists the model with this name, as long as the model exists. */
  covers(name: string): boolean;
}

/** A version as it was when it was registered here. */
export interface RegisteredRevision {
  version: string;
  /** See {@link ResolvedVersion}. */
  revision: string | null;
}

/** A list of versions, to look up renamed models in. */
export interface ListedRevisions {
  /** The names that have a version with this number and revision; none for a revision that is unknown. */
  namesWith(version: RegisteredRevision): readonly string[];
  /** Undefined when the version is not listed. */
  revisionOf(name: string, version: string): string | null | undefined;
}

/** The list of a registry's versions. */
export interface RegistryListing {
  readonly parts: readonly ListingPart[];
  /** Whether the list has only the newest version of each name; then a listed name stands for its older versions too. */
  readonly listsNewestOnly: boolean;
  /**
   * Asks the registry for one version. A list can change while it is read, so a version missing from it may still exist.
   *
   * @throws ProbelogError unless the registry gives a definite answer
   */
  exists(source: string, signal?: AbortSignal): Promise<boolean>;
  /**
   * The present name of a model of which no version is listed under its old name; null when there is none.
   *
   * @param versions those that are registered here under the old name
   * @throws ProbelogError when the registry gives no answer
   */
  presentName(
    name: string,
    versions: readonly RegisteredRevision[],
    listed: ListedRevisions,
    signal?: AbortSignal,
  ): Promise<string | null>;
  /** What the sources of all versions of a model begin with. */
  sourcePrefix(name: string): string;
}

/** Reads one registry: which versions there are, and which file a version has. */
export interface RegistryReader {
  /** The registry's name; see `Registry.name`. */
  readonly name: string;
  /** Scheme of the URIs of its versions. */
  readonly scheme: RegistryScheme;
  /**
   * @param uri of a version, as this registry's model changes have it; untrusted until it is parsed
   * @throws ProbelogError SOURCE_NOT_FOUND when the version or its model file does not exist; SOURCE_DENIED,
   * SOURCE_FORBIDDEN, SOURCE_UNREACHABLE, SOURCE_TIMEOUT; MODEL_NOT_APPLICABLE when it is no image classifier
   */
  resolve(uri: string, signal?: AbortSignal): Promise<ResolvedVersion | RunnerVersion>;
  /** Null when the settings name nothing to list. */
  readonly listing: RegistryListing | null;
}
