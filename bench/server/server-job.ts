/** What the parent asks for. */
export interface ServerJob {
  /** The demo's folder: probe images, text encoder and models. */
  demo: string;
}

/** What comes back once both servers answer. */
export interface ServersReady {
  /** With authentication, limits, rates and headers, as `probelog serve` has them. */
  limited: string;
  /** Apollo Server on the same schema and service, and nothing else. */
  bare: string;
  /** A key for the first. */
  secret: string;
}
