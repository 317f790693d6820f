/** Which server is asked, and how. */
export interface ClientOptions {
  /** Address of the server, such as http://127.0.0.1:4000; `/graphql` and the other routes lie below it. */
  url: string | URL;
  /** A key or token, or what gets one: it is called for each request, so a token may be renewed. */
  key?: string | (() => string | Promise<string>);
  /** In place of the global one. */
  fetch?: (address: URL, init: RequestInit) => Promise<Response>;
  /** How often something that may be done twice is tried again; 3 when absent. */
  retries?: number;
  /** Time for one request and its answer, the getting of its key too, in milliseconds; 150,000 when absent. */
  timeoutMs?: number;
}

/** What any call may be given. */
export interface CallOptions {
  /** Ends the call: it fails with ABORTED. */
  signal?: AbortSignal;
}
