import type { RemoteFile } from '../../download/index.js';
import { ProbelogError } from '../../errors/index.js';
import type { Annotations } from '../../store/index.js';
import type { FileSource, FolderListing } from './parse-source.js';

/** Turns `s3://bucket/key` into a file. */
export interface ObjectStore {
  /** @throws ProbelogError INPUT_INVALID; SOURCE_FORBIDDEN for a bucket that is not allowed */
  file(uri: string): RemoteFile;
  listing: FolderListing;
}

/** @param store null when none is configured @throws ProbelogError SOURCE_UNSUPPORTED; as `ObjectStore.file` */
export function objectSource(store: ObjectStore | null, uri: string): FileSource {
  if (store !== null)
    return { kind: 'URL', file: store.file(uri), listing: (folder) => store.listing(folder) };
  throw new ProbelogError(
    'SOURCE_UNSUPPORTED',
    'This server does not read s3: sources. Set PROBELOG_S3_BUCKETS and the credentials for them.',
    { source: uri },
  );
}

/** A registry's current facts about one of its model versions. */
export interface RegisteredModel {
  file: RemoteFile;
  /** Identifies this content of the version; null when the registry has no such identifier. */
  revision: string | null;
  /** SHA-256 of the file in lowercase hexadecimal, if the registry has it. */
  sha256?: string;
  /**
   * The file with this relative name in the model's own folder, with its SHA-256 if the registry has it; null when the registry
   * lists none, or has no way to say.
   */
  beside?(location: string): { file: RemoteFile; sha256?: string } | null;
  /** The files that may describe the model; absent where the registry does not list them. */
  sidecars?: ListedSidecars;
  /** A preprocessing description in any form that `parsePreprocessing` reads, if the registry itself has one. */
  preprocessing?: unknown;
  /** Labels in any form that `parseLabels` reads, if the registry itself has some. */
  labels?: unknown;
  /** What it says of the model's input, for a check of the preprocessing. */
  expectedInput?: readonly ExpectedInput[];
  /** Its tags and aliases, if the registry has these. */
  annotations?: Annotations;
}

/** The files beside a model, as its registry lists them. */
export interface ListedSidecars {
  /** As of `SidecarFiles`. */
  names: readonly string[];
  /** @param name one of `names` */
  file(name: string): RemoteFile;
}

/** What a registry says of a model's input. */
export interface ExpectedInput {
  /** Begins the sentences about it, such as "MLflow's signature". */
  where: string;
  /** A size is null, or negative, where any will do. */
  shape: readonly (number | null)[] | null;
  /** Smallest and largest value of an example. */
  range: readonly [min: number, max: number] | null;
}

/** A version without an ONNX file, which a runner loads from the registry. */
export interface RunnerModel {
  /** Flavors that a runner needs one of, the best first, such as `mlflow.pytorch`. */
  flavors: readonly string[];
  /** As in {@link RegisteredModel}. */
  revision: string | null;
  /** Its tags and aliases, if the registry has these. */
  annotations?: Annotations;
}

/** Turns the URIs of one registry into files. */
export interface RegistryAccess {
  /**
   * @param uri of the registry's scheme, such as `hf://owner/name@revision`
   * @throws ProbelogError SOURCE_NOT_FOUND, SOURCE_DENIED, SOURCE_UNREACHABLE, SOURCE_TIMEOUT, SOURCE_UNSUPPORTED,
   *   MODEL_NOT_APPLICABLE
   */
  resolve(uri: string, signal?: AbortSignal): Promise<RegisteredModel | RunnerModel>;
}
