/** Options of a client. */
export interface ClientOptions {
  /** Address of the server, such as http://127.0.0.1:4000; `/graphql` and the other routes are below it. */
  url: string | URL;
  /** An API key or token, or a function that returns one. It is called for each request, so that tokens can be renewed. */
  key?: string | (() => string | Promise<string>);
  /** Replaces the global `fetch`. */
  fetch?: (address: URL, init: RequestInit) => Promise<Response>;
  /** Number of retries of what may be repeated; 3 by default. */
  retries?: number;
  /** Time for one request with its response, including the time for `key`, in milliseconds; 150,000 by default. */
  timeoutMs?: number;
}

/** Options of any call. */
export interface CallOptions {
  /** Ends the call with the error ABORTED. */
  signal?: AbortSignal;
}
