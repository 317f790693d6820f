import { ask } from './ask.js';
import { isProbelogError, ProbelogClientError } from './client-error.js';
import type { CallOptions, ClientOptions } from './client-options.js';
import { openConnection } from './connection.js';
import { edges, type ListOptions, type Page } from './edges.js';
import type { FollowOptions } from './follow-ingest.js';
import { fetchMap, type GalleryMap, type GalleryMapOptions } from './gallery-map.js';
import {
  AnswerFitDocument,
  type AnswerFitQuery,
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
  ModelFacetsDocument,
  type ModelFacetsQuery,
  type ModelFacetsQueryVariables,
  type ModelMatchFragment as ModelMatch,
  type ModelQuery,
  ModelsDocument,
  type ModelsQueryVariables,
  OutputNamesDocument,
  type OutputNamesQuery,
  RegistriesDocument,
  type RegistriesQuery,
  ReprobeModelDocument,
  type ReprobeModelMutationVariables,
  type SearchMetric,
  SimilarityDocument,
  type SimilarityQuery,
  SimilarLogitsDocument,
  SuggestionsDocument,
  type SuggestionsQuery,
  ViewerDocument,
  type ViewerQuery,
} from './generated/operations.js';
import { imageText, type QueryImage } from './image-text.js';
import type { Operation } from './operation.js';
import { fetchProbeImage, type ProbeImage, type ProbeImageOptions } from './probe-image.js';
import type { ProbeKit } from './probe-kit.js';
import type { ModelFile, ModelUploadOptions, UploadedModel } from './upload-model.js';
import type { UploadedResponses, UploadOptions } from './upload-responses.js';

/** A query for logits: a word or short phrase, an expression of several, or an image. */
export type LogitQuery = string | { concept: string } | { expression: ConceptInput } | { image: QueryImage };

/** @deprecated Use {@link LogitQuery}. @public */
export type LogitQuestion = LogitQuery;

/** Which logits a search returns, and their order. */
export interface LogitSearchOptions extends ListOptions {
  filter?: LogitFilter;
  metric?: SearchMetric;
  /** The gallery to search; the default one if absent. */
  probeSet?: string;
}

/** Which logits a query may find. */
export type FitOptions = Pick<LogitSearchOptions, 'filter' | 'probeSet'> & CallOptions;

/** How well a gallery answers a query, and why not better. */
export type AnswerFit = AnswerFitQuery['logits'];

/** How many models of a list have which values, and how many there are. */
export type ModelCounts = ModelFacetsQuery['models'];

/** Which models are counted. */
export interface ModelCountOptions extends CallOptions, Omit<ModelFacetsQueryVariables, 'concept'> {
  concept?: string;
}

/** Which models are listed; without a concept all, oldest first or as `sort` says. */
export interface ModelListOptions
  extends ListOptions,
    Omit<ModelsQueryVariables, 'first' | 'after' | 'concept'> {
  concept?: string;
}

/** Options for waiting until a model can be searched. */
export interface IngestOptions extends FollowOptions {
  /** Whether `signal` also cancels the ingest; by default it only ends the waiting. */
  cancelOnAbort?: boolean;
}

/** A name for an output, from the vocabulary shipped with ProbeLog. */
export type LogitName = NonNullable<LogitNamesQuery['logit']>['concepts'][number];

/** How similar the logits of two models are. */
export type Similarity = Omit<SimilarityQuery['similarity'], 'cells'> & {
  /** Row after row, each cosine times 127, rounded; −128 where a logit is degenerate. */
  cells: Int8Array;
};

/** What the caller may do. */
export type Viewer = ViewerQuery['viewer'];

/** A registry, how the settings connect it, its last sweep and deliveries. */
export type ConnectedRegistry = RegistriesQuery['registries'][number];

/** A text to search for. */
export type Suggestion = SuggestionsQuery['suggestions'][number];

/** The best name of an output; null for a degenerate one. */
export type OutputName = NonNullable<OutputNamesQuery['model']>['outputNames'][number];

/** A model, with a summary of what it recognizes. */
export type ModelDetails = NonNullable<ModelQuery['model']>;

/** The variables of an operation; optional if it has no required ones. */
type Given<Variables> = Record<string, never> extends Variables
  ? [variables?: Variables, options?: CallOptions]
  : [variables: Variables, options?: CallOptions];

/** A client of a ProbeLog server. Its methods throw only {@link ProbelogError}. */
export interface ProbelogClient {
  /**
   * Runs any query or mutation. A query is repeated when the connection fails, a mutation only when the server refused it
   * before doing anything.
   */
  query<Result, Variables>(
    operation: Operation<Result, Variables>,
    ...given: Given<Variables>
  ): Promise<Result>;

  /** The items of any list whose query takes `first` and `after`. @param listOf returns the list in the query's result */
  edges<Result, Variables extends { first?: number | null; after?: string | null }, Edge>(
    operation: Operation<Result, Variables>,
    variables: Omit<Variables, 'first' | 'after'>,
    listOf: (result: Result) => Page<Edge>,
    options?: ListOptions,
  ): AsyncGenerator<Edge, void, undefined>;

  /** Logits that match a query, best first; pages are fetched when they are needed. */
  logits(query: LogitQuery, options?: LogitSearchOptions): AsyncGenerator<LogitMatch, void, undefined>;

  /** How well the gallery answers a query: whether any model recognizes it, as far as responses tell. */
  fit(query: LogitQuery, options?: FitOptions): Promise<AnswerFit>;

  /** Logits of other models that recognize the same as this one, best first. */
  similar(
    logitId: string,
    options?: Omit<LogitSearchOptions, 'probeSet'>,
  ): AsyncGenerator<LogitMatch, void, undefined>;

  /** Models that recognize a concept, best first, or all models. */
  models(options?: ModelListOptions): AsyncGenerator<ModelMatch, void, undefined>;

  /** How many models of such a list there are, and which registries, licenses, outputs, sizes and states they have. */
  countModels(options?: ModelCountOptions): Promise<ModelCounts>;

  /**
   * How similar the logits of two models are, each with each, and what one knows and the other does not. @param first entries of
   * `onlyA` and `onlyB`, 0 to 100
   */
  compare(a: string, b: string, options?: CallOptions & { first?: number }): Promise<Similarity>;

  /** The logit with this id, or null. */
  logit(id: string, options?: CallOptions): Promise<Logit | null>;

  /** The model with this id, or null. */
  model(id: string, options?: CallOptions): Promise<ModelDetails | null>;

  /** Names for what a logit recognizes, best first; none if there is no logit with this id. @param first 1 to 100 */
  name(logitId: string, options?: CallOptions & { first?: number }): Promise<LogitName[]>;

  /** The best name of each output of a model, in output order; none before it is searchable. */
  outputNames(modelId: string, options?: CallOptions): Promise<OutputName[]>;

  /**
   * Registers a model and waits until it can be searched. Throws the code of what was wrong with the model. If the connection
   * breaks during registration, it throws NETWORK; if a second call then throws MODEL_EXISTS, the first one succeeded.
   */
  ingest(input: IngestModelInput, options?: IngestOptions): Promise<Ingest>;

  /** Probes a model again and waits for the end; its present responses stay searchable until then. */
  reprobe(
    modelId: string,
    options?: IngestOptions & Omit<ReprobeModelMutationVariables, 'id'>,
  ): Promise<Ingest>;

  /** Waits for the end of an ingest that was started elsewhere. */
  follow(ingestId: string, options?: IngestOptions): Promise<Ingest>;

  /**
   * Sends the files of a model from here; then `ingest` takes its `source`. Big files go in pieces, which are repeated when the
   * connection breaks. In Node, `fs.openAsBlob` opens a file.
   */
  uploadModel(files: readonly ModelFile[], options?: ModelUploadOptions): Promise<UploadedModel>;

  /** The map of a gallery: like logits are near each other. The first call has it made; then `state` is MAKING for a while. */
  map(options?: GalleryMapOptions): Promise<GalleryMap>;

  /** Uploads the responses of a registered model that runs elsewhere, as .npy or .safetensors. */
  uploadResponses(
    modelId: string,
    data: Blob | Uint8Array | ArrayBuffer | ReadableStream<Uint8Array>,
    options?: UploadOptions,
  ): Promise<UploadedResponses>;

  /** What the caller may do, for pages that offer nothing else. */
  viewer(options?: CallOptions): Promise<Viewer>;

  /** The registries of the server, with their last webhook deliveries; for administrators. */
  registries(options?: { deliveries?: number } & CallOptions): Promise<ConnectedRegistry[]>;

  /** Texts to search for that start with what was typed: labels that the caller may see, then words. @param first 0 to 100 */
  suggestions(prefix: string, options?: CallOptions & { first?: number }): Promise<Suggestion[]>;

  /** The probe kit of a probe set. @param probeSet its id or name */
  kit(probeSet: string, options?: CallOptions): Promise<ProbeKit>;

  /** The image file of a probe, or a thumbnail. @param probeId its id, as in `topProbes` and `evidence` */
  probeImage(probeId: string, options?: ProbeImageOptions): Promise<ProbeImage>;
}

/** A client of the server at an address. Sends nothing until a method is called. */
export function createClient(options: ClientOptions): ProbelogClient {
  const connection = openConnection(options);

  const follow: ProbelogClient['follow'] = async (ingestId, { cancelOnAbort = false, ...options } = {}) => {
    try {
      const followIngest = await part(async () => {
        const { followIngest } = await import('./follow-ingest.js');
        return followIngest;
      });
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
    async *logits(query, { first, perPage, signal, ...how } = {}) {
      const asked = { ...(await variablesOf(query)), ...how };
      yield* edges(
        async (place) => (await ask(connection, LogitsDocument, { ...asked, ...place }, { signal })).logits,
        { first, perPage },
      );
    },
    async fit(query, { signal, ...how } = {}) {
      const asked = { ...(await variablesOf(query)), ...how };
      return (await ask(connection, AnswerFitDocument, asked, { signal })).logits;
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
    countModels: async ({ signal, ...which } = {}) =>
      (await ask(connection, ModelFacetsDocument, which, { signal })).models,
    async compare(a, b, { first, signal } = {}) {
      const { similarity } = await ask(connection, SimilarityDocument, { a, b, first }, { signal });
      const bytes = atob(similarity.cells);
      return { ...similarity, cells: Int8Array.from(bytes, (byte) => byte.charCodeAt(0)) };
    },
    logit: async (id, options) => (await ask(connection, LogitDocument, { id }, options)).logit,
    model: async (id, options) => (await ask(connection, ModelDocument, { id }, options)).model,
    async name(id, { first, signal } = {}) {
      const { logit } = await ask(connection, LogitNamesDocument, { id, first }, { signal });
      return logit?.concepts ?? [];
    },
    async outputNames(id, options) {
      const names: OutputName[] = [];
      for (;;) {
        const variables = { id, from: names.length };
        const { model } = await ask(connection, OutputNamesDocument, variables, options);
        names.push(...(model?.outputNames ?? []));
        if (!model?.outputNames.length || names.length >= (model.outputs ?? 0)) return names;
      }
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
    map: (options = {}) => fetchMap(connection, options),
    async uploadModel(files, options = {}) {
      const uploadModel = await part(async () => {
        const { uploadModel } = await import('./upload-model.js');
        return uploadModel;
      });
      return uploadModel(connection, files, options);
    },
    async uploadResponses(modelId, data, options = {}) {
      const uploadResponses = await part(async () => {
        const { uploadResponses } = await import('./upload-responses.js');
        return uploadResponses;
      });
      return uploadResponses(connection, modelId, data, options);
    },
    viewer: async (options) => (await ask(connection, ViewerDocument, {}, options)).viewer,
    registries: async ({ deliveries = 10, signal } = {}) =>
      (await ask(connection, RegistriesDocument, { deliveries }, { signal })).registries,
    suggestions: async (prefix, { first, signal } = {}) =>
      (await ask(connection, SuggestionsDocument, { prefix, first }, { signal })).suggestions,
    async kit(probeSet, options = {}) {
      const fetchProbeKit = await part(async () => {
        const { fetchProbeKit } = await import('./probe-kit.js');
        return fetchProbeKit;
      });
      return fetchProbeKit(connection, probeSet, options);
    },
    probeImage: (probeId, options = {}) => fetchProbeImage(connection, probeId, options),
  };
}

/** Loads what few programs need, and only then, so that pages load less. */
async function part<Part>(load: () => Promise<Part>): Promise<Part> {
  try {
    return await load();
  } catch (thrown) {
    throw new ProbelogClientError('NETWORK', 'A part of the client could not be loaded. Try again.', {
      cause: thrown,
    });
  }
}

async function variablesOf(query: LogitQuery) {
  if (typeof query === 'string') return { concept: query };
  return 'image' in query ? { image: await imageText(query.image) } : query;
}
