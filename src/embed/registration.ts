import type { IngestRequest } from '../ingest/index.js';

/** A model version of the host's, as it tells of it. */
export interface RegisteredModel
  extends Omit<IngestRequest, 'source' | 'probeSet' | 'registry' | 'visibility'> {
  /** An ONNX file: a path below one of `modelFolders`, an http(s) URL, s3://bucket/key, or a URI of a configured registry. */
  source: string;
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
