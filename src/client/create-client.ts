import { ask } from './ask.js';
import { isProbelogError, ProbelogClientError } from './client-error.js';
import type { CallOptions, ClientOptions } from './client-options.js';
import { openConnection } from './connection.js';
import { edges, type ListOptions, type Page } from './edges.js';
import { type FollowOptions, followIngest } from './follow-ingest.js';
import {
  CancelIngestDocument,
  type ConceptInput,
  type IngestFactsFragment as Ingest,
  IngestModelDocument,
  type IngestModelInput,
  type LogitFactsFragment as Logit,
  LogitDocument,
  type LogitFilter,
  type LogitMatchFragment as LogitMatch,
  LogitNamesDocument,
  type LogitNamesQuery,
  LogitsDocument,
  ModelDocument,
  type ModelMatchFragment as ModelMatch,
  type ModelQuery,
  ModelsDocument,
  type ModelsQueryVariables,
  ReprobeModelDocument,
  type ReprobeModelMutationVariables,
  type SearchMetric,
  SimilarLogitsDocument,
} from './generated/operations.js';
import type { Operation } from './operation.js';
import { type Picture, pictureText } from './picture-text.js';
import { fetchProbeKit, type ProbeKit } from './probe-kit.js';
import { type UploadedResponses, type UploadOptions, uploadResponses } from './upload-responses.js';

/** A query for logits: a word or short phrase, an expression of several, or an image. */
export type LogitQuestion = string | { concept: string } | { expression: ConceptInput } | { image: Picture };

/** Options of a search for logits. */
export interface LogitSearchOptions extends ListOptions {
  filter?: LogitFilter;
  metric?: SearchMetric;
  /** The gallery to search; the default one when absent. */
  probeSet?: string;
}

/** Which models are listed: without a concept all, oldest first. */
export interface ModelListOptions
  extends ListOptions,
    Omit<ModelsQueryVariables, 'first' | 'after' | 'concept'> {
  concept?: string;
}

/** How a model is followed until it can be searched. */
export interface IngestOptions extends FollowOptions {
  /** Whether `signal` also ends the ingest; when absent it only ends the waiting. */
  cancelOnAbort?: boolean;
}

/** A name for an output, from the vocabulary that ships with ProbeLog. */
export type LogitName = NonNullable<LogitNamesQuery['logit']>['concepts'][number];

/** A model, and what it recognizes as one paragraph. */
export type ModelDetails = NonNullable<ModelQuery['model']>;

/** What the operation takes as variables; left out where it takes none, or none that are needed. */
type Given<Variables> = Record<string, never> extends Variables
  ? [variables?: Variables, options?: CallOptions]
  : [variables: Variables, options?: CallOptions];

/** A client of a ProbeLog server. All that its methods throw is {@link ProbelogError}. */
export interface ProbelogClient {
  /**
   * Runs any query or mutation. A query is sent again when the connection fails, a mutation only when the server refused
   * it before doing anything.
   */
  query<Result, Variables>(
    operation: Operation<Result, Variables>,
    ...given: Given<Variables>
  ): Promise<Result>;

  /** The items of any list, whose query takes `first` and `after`. @param listOf the list in the query's result */
  edges<Result, Variables extends { first?: number | null; after?: string | null }, Edge>(
    operation: Operation<Result, Variables>,
    variables: Omit<Variables, 'first' | 'after'>,
    listOf: (result: Result) => Page<Edge>,
    options?: ListOptions,
  ): AsyncGenerator<Edge, void, undefined>;

  /** Logits that recognize something, best first; pages are fetched as they are needed. */
  logits(question: LogitQuestion, options?: LogitSearchOptions): AsyncGenerator<LogitMatch, void, undefined>;

  /** Logits of other models that recognize what this one does, best first. */
  similar(
    logitId: string,
    options?: Omit<LogitSearchOptions, 'probeSet'>,
  ): AsyncGenerator<LogitMatch, void, undefined>;

  /** Models: those that recognize a concept, best first, or all. */
  models(options?: ModelListOptions): AsyncGenerator<ModelMatch, void, undefined>;

  /** A logit; null when there is none with this id. */
  logit(id: string, options?: CallOptions): Promise<Logit | null>;

  /** A model; null when there is none with this id. */
  model(id: string, options?: CallOptions): Promise<ModelDetails | null>;

  /** Names for what a logit recognizes, best first; empty when there is none with this id. @param first 1 to 100 */
  name(logitId: string, options?: CallOptions & { first?: number }): Promise<LogitName[]>;

  /**
   * Registers a model and waits until it can be searched. It fails with the code of what was wrong with the model.
   * Registering is not tried again by itself when the connection breaks in the middle: then MODEL_EXISTS on another try
   * says that the first one came through.
   */
  ingest(input: IngestModelInput, options?: IngestOptions): Promise<Ingest>;

  /** Probes a model again and waits for the end; until then its current responses stay searchable. */
  reprobe(
    modelId: string,
    options?: IngestOptions & Omit<ReprobeModelMutationVariables, 'id'>,
  ): Promise<Ingest>;

  /** Waits for the end of an ingest that another call or client started. */
  follow(ingestId: string, options?: IngestOptions): Promise<Ingest>;

  /** Sends the responses of a model that is registered and run elsewhere: .npy or .safetensors. */
  uploadResponses(
    modelId: string,
    data: Blob | Uint8Array | ArrayBuffer | ReadableStream<Uint8Array>,
    options?: UploadOptions,
  ): Promise<UploadedResponses>;

  /** The images of a probe set, as an archive. @param probeSet its id or name */
  kit(probeSet: string, options?: CallOptions): Promise<ProbeKit>;
}

/** A client of the server at a URL. It sends nothing before the first call. */
export function createClient(options: ClientOptions): ProbelogClient {
  const connection = openConnection(options);

  const follow: ProbelogClient['follow'] = async (ingestId, { cancelOnAbort = false, ...options } = {}) => {
    try {
      return await followIngest(connection, ingestId, options);
    } catch (thrown) {
      if (cancelOnAbort && isProbelogError(thrown) && thrown.code === 'ABORTED')
        await ask(connection, CancelIngestDocument, { id: ingestId });
      throw thrown;
    }
  };

  return {
    query: (operation, ...[variables, options]) => ask(connection, operation, variables, options),
    edges: (operation, variables, listOf, options) =>
      edges(
        async (place) =>
          listOf(await ask(connection, operation, { ...variables, ...place } as never, options)),
        options,
      ),
    async *logits(question, { first, perPage, signal, ...how } = {}) {
      const asked = { ...(await variablesOf(question)), ...how };
      yield* edges(
        async (place) => (await ask(connection, LogitsDocument, { ...asked, ...place }, { signal })).logits,
        { first, perPage },
      );
    },
    similar: (id, { first, perPage, signal, ...how } = {}) =>
      edges(
        async (place) => {
          const { logit } = await ask(
            connection,
            SimilarLogitsDocument,
            { id, ...how, ...place },
            { signal },
          );
          if (!logit) throw new ProbelogClientError('NOT_FOUND', 'There is no logit with this id.');
          return logit.similar;
        },
        { first, perPage },
      ),
    models: ({ first, perPage, signal, ...how } = {}) =>
      edges(
        async (place) => (await ask(connection, ModelsDocument, { ...how, ...place }, { signal })).models,
        { first, perPage },
      ),
    logit: async (id, options) => (await ask(connection, LogitDocument, { id }, options)).logit,
    model: async (id, options) => (await ask(connection, ModelDocument, { id }, options)).model,
    async name(id, { first, signal } = {}) {
      const { logit } = await ask(connection, LogitNamesDocument, { id, first }, { signal });
      return logit?.concepts ?? [];
    },
    async ingest(input, options = {}) {
      const { ingestModel } = await ask(connection, IngestModelDocument, { input }, options);
      return follow(ingestModel.id, options);
    },
    async reprobe(id, { probeSet, full, probing, ...options } = {}) {
      const how = { id, probeSet, full, probing };
      const { reprobeModel } = await ask(connection, ReprobeModelDocument, how, options);
      return follow(reprobeModel.id, options);
    },
    follow,
    uploadResponses: (modelId, data, options = {}) => uploadResponses(connection, modelId, data, options),
    kit: (probeSet, options = {}) => fetchProbeKit(connection, probeSet, options),
  };
}

async function variablesOf(question: LogitQuestion) {
  if (typeof question === 'string') return { concept: question };
  return 'image' in question ? { image: await pictureText(question.image) } : question;
}
