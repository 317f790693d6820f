import type { IngestRequest } from '../ingest/index.js';

/** A model version that the host announces. */
export interface RegisteredModel
  extends Omit<IngestRequest, 'source' | 'probeSet' | 'registry' | 'visibility'> {
  /** An ONNX file: a path below one of `modelFolders`, an http(s) URL, s3://bucket/key, or a URI of a configured registry. */
  source: string;
  /** Whether the file of a registered version may have changed, so that it is probed again; false when absent. */
  updated?: boolean;
  /** The host's own id of this event; a repeated one counts once. */
  eventId?: string;
}

/** The result of announcing a model version. */
export interface Registration {
  /** `duplicate`: it is registered already. `ignored`: the name and version belong to a model that is not the host's. */
  status: 'accepted' | 'duplicate' | 'ignored';
  /** Id of the ingest, for `ingest(id:)` and `ingestProgress(id:)`; null if there is none. */
  ingest: string | null;
}
