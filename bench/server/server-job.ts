/** What the parent asks for. */
export interface ServerJob {
  /** The demo's folder: probe images, text encoder and models. */
  demo: string;
  /** A text encoder instead of the demo's: a folder in CLIP's layout. */
  encoder?: string;
}

/**
 * The servers, each with one layer more than the one before: Fastify with a fixed answer; Apollo Server on our schema with a fixed
 * page; our resolvers on fixed rows and results; access, limits and headers around them; rows from the database; results
 * from the search process, which is the server as it is shipped.
 */
export const LAYERS = ['fastify', 'apollo', 'resolvers', 'access', 'store', 'search'] as const;

export type Layer = (typeof LAYERS)[number];

/** What comes back once all servers answer. */
export interface ServersReady {
  urls: Record<Layer, string>;
  /** A key for those that ask for one. */
  secret: string;
}
