/** The server and how to reach it. */
export interface ClientOptions {
  /** Address of the server, such as http://127.0.0.1:4000; `/graphql` and the other routes are below it. */
  url: string | URL;
  /** A key or token, or a function that returns one. It is called for each request, so it can renew a token. */
  key?: string | (() => string | Promise<string>);
  /** Replaces the global fetch. */
  fetch?: (address: URL, init: RequestInit) => Promise<Response>;
  /** How often a repeatable request is retried; 3 when absent. */
  retries?: number;
  /** Time for one request and its response, including its key, in milliseconds; 150,000 when absent. */
  timeoutMs?: number;
}

/** Options of every call. */
export interface CallOptions {
  /** Ends the call: it fails with ABORTED. */
  signal?: AbortSignal;
}
