import type { LookupFunction } from './guarded-agent.js';
import type { PaceLimits } from './pace.js';

/** What limits a download; see the settings of the same names. */
export interface DownloadLimits {
  privateAddresses: readonly string[];
  stallMs: number;
  maxBytes: number;
  /** How slowly a file may come; any pace will do when absent. */
  pace?: PaceLimits;
  /** How names become addresses; the system's way when absent. */
  lookup?: LookupFunction;
}

/**
 * A server that the operator's own settings name, unlike one that a model's source names. It may have a private address,
 * and it alone is sent credentials: not what it redirects to, and not what redirects to it.
 */
export interface ConfiguredOrigin {
  /** Such as https://mlflow.example.org */
  origin: string;
  /** What is sent to it with a request, credentials included; asked for each request, since signatures age. */
  headers(url: URL): Readonly<Record<string, string>>;
  /** What to do when it answers 401 or 403, as whole sentences. */
  advice: string;
}

/** A file behind an http(s) URL. */
export interface RemoteFile {
  url: string;
  /** The configured server that has it; when absent, or the URL is of another origin, nobody vouches for the URL. */
  at?: ConfiguredOrigin;
}
