import type { ApolloServerPlugin, BaseContext } from '@apollo/server';
import type { DocumentNode } from 'graphql';
import { openService, type Service } from '../app/index.js';
import { messageOf, ProbelogError } from '../errors/index.js';
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
import { fastifyLogger } from './fastify-logger.js';
import { type HostCaller, principalOfCaller, THE_HOST } from './host-caller.js';
import { logToStderr } from './log-to-stderr.js';
import { type ProbelogOptions, type ValidOptions, validateOptions } from './options.js';
import type { RegisteredModel, Registration } from './registration.js';

/** ProbeLog inside another server: what is merged into the host's graph, mounted in its HTTP server, and called by it. */
export interface Probelog {
  /** To be merged with the host's own definitions. */
  typeDefs: DocumentNode;
  /** To be merged with the host's own resolvers. */
  resolvers: TransformedResolvers;
  /**
   * What the host's context must hold beside its own, made anew for each request.
   *
   * With a caller, the request sees and changes what they may; null or undefined is nobody. Without any argument it is the
   * host's own and may do everything, unless the option `caller` is set: then that is nobody, too.
   *
   * @throws ProbelogError CONFIG_INVALID when the caller is not usable
   */
  context(...from: [caller?: HostCaller | null]): Readonly<Record<string, object>>;
  /** Checks at the start that all is in place, and ends ProbeLog with the server. */
  plugin: ApolloServerPlugin<BaseContext>;
  /** Serves webhooks, probe images, kits and uploads below `path`; mounted before any parser of bodies. */
  handler: NodeHandler;
  /**
   * Tells of a model version of the host's; it is probed in the background. What this has answered is recorded in the
   * database, whatever happens to the process next, and telling again changes nothing.
   *
   * @throws ProbelogError INPUT_INVALID, SOURCE_FORBIDDEN, SOURCE_NOT_FOUND, PROBE_SET_UNKNOWN, SERVER_CLOSING
   */
  onModelRegistered(model: RegisteredModel): Promise<Registration>;
  /** Finishes what is under way; ingests go back to the queue with what they have, and the next start goes on. */
  close(): Promise<void>;
}

/**
 * Opens ProbeLog for a host server.
 *
 * @throws ProbelogError CONFIG_INVALID, DATA_FOLDER_IN_USE, DATABASE_UNAVAILABLE, MIGRATION_CHANGED, TEXT_ENCODER_UNAVAILABLE,
 *   and of `probes.source` PROBE_IMAGE_INVALID, PROBE_SET_EMPTY, SOURCE_NOT_FOUND
 */
export async function createProbelog(options: ProbelogOptions): Promise<Probelog> {
  const valid = validateOptions(options);
  const log = valid.log ?? logToStderr;
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
      principalOf: async (request) =>
        valid.caller ? principalOfCaller(await valid.caller(request)) : THE_HOST,
    });
    const { typeDefs, resolvers, contextKey, queryField } = embedGraph(await buildSchema(), {
      prefix: valid.prefix,
      model: valid.model,
      log: (message, details) => log('error', message, details),
    });
    if (valid.work) startBackgroundWork(service, log);

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
          throw new ProbelogError('SERVER_CLOSING', 'ProbeLog is closed; tell of it at the next start.');
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
  // On a shared database the gallery is opened by whoever follows it, with what others may have put into it already.
  if (!store.shared) await search.sync({ id, probes: size }, []);
}

function startBackgroundWork(
  { store, sweeper, config }: Service,
  log: NonNullable<ProbelogOptions['log']>,
): void {
  store.cleanUpBlobs().catch((thrown) => log('warn', 'blobs cannot be swept', { reason: messageOf(thrown) }));
  sweeper.start(config.sweepMinutes * 60_000);
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
