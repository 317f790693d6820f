import type { LookupFunction } from './guarded-agent.js';
import type { PaceLimits } from './pace.js';

/** Limits of a download, from the settings of the same names. */
export interface DownloadLimits {
  privateAddresses: readonly string[];
  stallMs: number;
  maxBytes: number;
  /** Slowest accepted transfer; any when absent. */
  pace?: PaceLimits;
  /** Resolves names; the system's resolver when absent. */
  lookup?: LookupFunction;
}

/**
 * A server named by the operator's settings, not by a model's source. It may have a private address. Credentials are sent to
 * its origin only: not to servers that it redirects to, and not after a redirect back.
 */
export interface ConfiguredOrigin {
  /** Such as `https://mlflow.example.org`. */
  origin: string;
  /** Headers for one request, credentials included. Called for each request, because signatures expire. */
  headers(url: URL): Readonly<Record<string, string>>;
  /** What to do after a 401 or 403, in whole sentences. */
  advice: string;
}

/** A file behind an http(s) URL. */
export interface RemoteFile {
  url: string;
  /** The configured server of the file. Without it, or with a URL of another origin, the URL is not trusted. */
  at?: ConfiguredOrigin;
}
