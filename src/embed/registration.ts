import type { ProbingRequest } from '../ingest/index.js';

/** A model version of the host's, as it tells of it. */
export interface RegisteredModel {
  /** With `version` the identity of the model version; 1–300 characters. */
  name: string;
  version: string;
  /** An ONNX file: a path below one of `modelFolders`, an http(s) URL, s3://bucket/key, or a URI of a configured registry. */
  source: string;
  /** One label for each output, in output order. */
  labels?: string[];
  /** How images must be prepared; docs/preprocessing.md. */
  preprocessing?: unknown;
  /** The output tensor to use when several qualify. */
  output?: string;
  /** SPDX expression or free text. */
  licence?: string;
  /** SHA-256 that the file must have, in lower-case hexadecimal. */
  sha256?: string;
  /** How much of the probe set it is shown; as the settings say when absent. */
  probing?: ProbingRequest;
  /** Higher goes first, −10..10; 0 when absent. */
  priority?: number;
  /** Whether a version that is known may have another file now, so that it is probed again; false when absent. */
  updated?: boolean;
  /** The host's own id of this event: told twice, it counts once. */
  eventId?: string;
}

/** What became of a model version that the host told of. */
export interface Registration {
  /** `duplicate`: it was known already. `ignored`: the name and version belong to a model that is not the host's. */
  status: 'accepted' | 'duplicate' | 'ignored';
  /** Id of the ingest, for `ingest(id:)` and `ingestProgress(id:)`; null when there is none. */
  ingest: string | null;
}
