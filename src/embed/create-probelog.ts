import type { ApolloServerPlugin, BaseContext } from '@apollo/server';
import type { DocumentNode } from 'graphql';
import { openService, type Service } from '../app/index.js';
import { ProbelogError } from '../errors/index.js';
import {
  buildSchema,
  createContext,
  embedGraph,
  globalId,
  type TransformedResolvers,
} from '../graphql/index.js';
import { createProbeSet } from '../probing/index.js';
import { toReceipt } from '../registries/index.js';
import { mountRoutes, type NodeHandler, servicesOf } from '../server/index.js';
import { closePlugin } from './close-plugin.js';
import { defaultLog } from './default-log.js';
import { fastifyLogger } from './fastify-logger.js';
import { type HostCaller, principalOfCaller, THE_HOST } from './host-caller.js';
import { type ProbelogOptions, type ValidOptions, validateOptions } from './options.js';
import type { RegisteredModel, Registration } from './registration.js';

/** ProbeLog inside another server: parts that the host merges into its graph, mounts in its HTTP server, and calls. */
export interface Probelog {
  /** Merge these with the host's own definitions. */
  typeDefs: DocumentNode;
  /** Merge these with the host's own resolvers. */
  resolvers: TransformedResolvers;
  /**
   * Our part of the host's context. Create it anew for each request.
   *
   * With a caller, the request has that caller's rights; null or undefined is an anonymous caller. Without an argument, the
   * request is the host's own and may do everything, unless the option `caller` is set: then it is anonymous, too.
   *
   * @throws ProbelogError CONFIG_INVALID if the caller is invalid
   */
  context(...from: [caller?: HostCaller | null]): Readonly<Record<string, object>>;
  /** Checks at the start that everything is merged, and closes ProbeLog with the server. */
  plugin: ApolloServerPlugin<BaseContext>;
  /** Serves webhooks, probe images, kits and uploads below `path`. Mount it before any body parser. */
  handler: NodeHandler;
  /**
   * Announces a model version of the host, which is then probed in the background. When this resolves, the database has the
   * registration, whatever happens to the process next; a repeated call changes nothing.
   *
   * @throws ProbelogError INPUT_INVALID, SOURCE_FORBIDDEN, SOURCE_NOT_FOUND, PROBE_SET_UNKNOWN, SERVER_CLOSING
   */
  onModelRegistered(model: RegisteredModel): Promise<Registration>;
  /** Finishes open requests. Running ingests return to the queue with their finished batches, and continue at the next start. */
  close(): Promise<void>;
}

/**
 * Opens ProbeLog for a host server.
 *
 * @throws ProbelogError CONFIG_INVALID, DATA_FOLDER_IN_USE, DATABASE_UNAVAILABLE, MIGRATION_CHANGED, TEXT_ENCODER_UNAVAILABLE,
 *   for `probes.source` also PROBE_IMAGE_INVALID, PROBE_SET_EMPTY, SOURCE_NOT_FOUND
 */
export async function createProbelog(options: ProbelogOptions): Promise<Probelog> {
  const valid = validateOptions(options);
  const log = valid.log ?? defaultLog;
  const service = await openService(valid.config, {
    log,
    work: valid.work,
    trustedCaller: false,
    needsTexts: true,
  });
  try {
    await makeProbes(service, valid);
    const services = servicesOf(service, valid.basePath);
    const routes = await mountRoutes({
      services,
      webhooks: service.webhooks,
      logger: fastifyLogger(log),
      basePath: valid.basePath,
      corsOrigins: valid.config.corsOrigins,
      trustedProxies: valid.config.trustedProxies,
      maxBodiesBytes: valid.config.maxBodiesBytes,
      principalOf: async (request) =>
        valid.caller ? principalOfCaller(await valid.caller(request)) : THE_HOST,
    });
    const { typeDefs, resolvers, contextKey, queryField } = embedGraph(await buildSchema(), {
      prefix: valid.prefix,
      model: valid.model,
      log: (message, details) => log('error', message, details),
    });
    if (valid.work) {
      service.blobCleanup.start();
      service.sweeper.start(valid.config.sweepMinutes * 60_000);
    }

    const registrations = new Set<Promise<unknown>>();
    let closed: Promise<void> | undefined;
    const close = () => {
      closed ??= closeAll();
      return closed;
    };
    const closeAll = async () => {
      await Promise.allSettled([routes.close(), ...registrations]);
      await service.close();
    };
    return {
      typeDefs,
      resolvers,
      context(...from) {
        const isHost = from.length === 0 && !valid.caller;
        const principal = isHost ? THE_HOST : principalOfCaller(from[0] ?? null);
        return { [contextKey]: createContext(services, { principal }) };
      },
      plugin: closePlugin(queryField, close),
      handler: routes.handler,
      async onModelRegistered(model) {
        if (closed)
          throw new ProbelogError(
            'SERVER_CLOSING',
            'ProbeLog is closed. Announce the model again after the next start.',
          );
        const registration = register(service, valid.registry, model);
        registrations.add(registration);
        return registration.finally(() => registrations.delete(registration));
      },
      close,
    };
  } catch (thrown) {
    await service.close();
    throw thrown;
  }
}

async function makeProbes(
  { store, search }: Service,
  { config, probeSource: source }: ValidOptions,
): Promise<void> {
  const name = config.probeSet;
  if (name === undefined || source === undefined || (await store.probeSets.byName(name))) return;
  const limits = { maxPixels: config.maxProbePixels };
  const { id, size } = await createProbeSet(store, { name, source, limits });
  // On a shared database, the job that follows the gallery opens it, with the models that other processes may have added.
  if (!store.shared) await search.sync({ id, probes: size }, []);
}

async function register(
  { deliveries }: Service,
  registry: string,
  { updated = false, eventId, ...model }: RegisteredModel,
): Promise<Registration> {
  const { name, version, source, sha256, labels } = model;
  const change = { kind: 'REGISTER', name, version, source, sha256, labels, updated } as const;
  const delivery = { id: eventId ?? null, event: 'registered', occurredAt: null, change };
  const { status, ingestId } = toReceipt(await deliveries.record(registry, delivery, { request: model }));
  return { status, ingest: ingestId && globalId('Ingest', ingestId) };
}
