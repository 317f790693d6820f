/** What the parent asks for. */
export interface ServerJob {
  /** The demo's folder: probe images and text encoder. */
  demo: string;
  secret: string;
}

/** What comes back once the server answers. */
export interface ServerReady {
  url: string;
}
