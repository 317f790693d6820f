// Made by scripts/generate-client.mjs.
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { Operation as DocumentTypeDecoration } from '../../../client/index.js';
/** What a key or token is for; docs/access.md. */
export type AccessScope =
  /** Everything, of every model: also removes, sees private models, makes keys, reads the audit. */
  | 'ADMIN'
  /** Registers, probes, labels and uploads for models, and follows their ingests. */
  | 'INGEST'
  /** Searches, and reads about models. */
  | 'READ';

/** Several concepts as one: as good as the worst of `all` and the best of `any`, less what `none` reaches. At least one in `all` or `any`, at most 20 in all. `none` is refused with metric ASYMMETRIC. */
export type ConceptInput = {
  /** Each of these is recognized. */
  all?: Array<string> | null | undefined;
  /** At least one of these is recognized. */
  any?: Array<string> | null | undefined;
  /** None of these is recognized. */
  none?: Array<string> | null | undefined;
};

/** Where an ingest stands. */
export type IngestState =
  /** A caller ended it. */
  | 'CANCELLED'
  /** It ended with an error; see `error`. */
  | 'FAILED'
  /** It waits for a worker. */
  | 'QUEUED'
  /** A worker is at it. */
  | 'RUNNING'
  /** The model can be searched. */
  | 'SUCCEEDED';

/** Which logits may be found. All conditions hold at once. */
export type LogitFilter = {
  /** No logits of these models. */
  excludeModels?: Array<string> | null | undefined;
  /** Only logits of models under one of these licences, in any case. */
  licences?: Array<string> | null | undefined;
  /** Only logits of models with at most so many outputs. */
  maxClasses?: number | null | undefined;
  /** Only logits of models whose file is no larger, in bytes. */
  maxFileBytes?: number | null | undefined;
  /** Only logits of models with at least so many outputs. */
  minClasses?: number | null | undefined;
  /** Only logits of models of which at least this share of the probes was run, 0 to 1. */
  minCoverage?: number | null | undefined;
  /** Only logits whose `expectedAccuracy` is known and at least this, 0 to 1; `totalCount` is null then. */
  minExpectedAccuracy?: number | null | undefined;
  /** Only logits of models whose name contains this, in any case. */
  modelName?: string | null | undefined;
  /** Only logits of models whose name, version or a label contains this, in any case. */
  modelText?: string | null | undefined;
  /** Only logits of these models. */
  models?: Array<string> | null | undefined;
  /** Only logits of models that were registered as coming from exactly this registry. */
  registry?: string | null | undefined;
};

/** Whether a model can be searched. */
export type ModelStatus =
  /** Its ingest failed or was cancelled before it ever could be searched. */
  | 'FAILED'
  /** Its first ingest is not finished, or its responses were not uploaded yet. */
  | 'PENDING'
  /** Its logits can be searched. */
  | 'READY';

/** What a new key is for. */
export type NewApiKeyInput = {
  /** When it stops being good; never when absent. */
  expiresAt?: string | null | undefined;
  /** Labels of private models that it sees; none when absent. */
  labels?: Array<string> | null | undefined;
  /** For people: one line, up to 200 characters. */
  name: string;
  /** The one registry whose models it may change; any when absent. */
  registry?: string | null | undefined;
  /** At least one. */
  scopes: Array<AccessScope>;
};

/** What a model's stored responses are. */
export type ResponseKind =
  /** Values before any softmax. */
  | 'LOGITS'
  /** Logarithms of probabilities that could not be cut off; see `logFloor`. */
  | 'LOG_PROBABILITIES';

/** How results are ordered. */
export type SearchMetric =
  /** By the paper's asymmetric top-k discrepancy, the smallest first. */
  | 'ASYMMETRIC'
  /** By score, the best first: soft weights over all probes; whitened cosine for logits. */
  | 'SCORE';

export type IngestOutcomeQueryVariables = Exact<{
  id: string;
}>;


export type IngestOutcomeQuery = { ingest: { state: IngestState, startedAt: string | null, finishedAt: string | null, error: { code: string, message: string } | null, model: { name: string, version: string, outputs: number | null } } | null };

export type ListedIngestFragment = { id: string, state: IngestState, attempts: number, priority: number, nextAttemptAt: string | null, error: { code: string, message: string } | null, model: { name: string, version: string, registry: string | null } };

export type ListedIngestsQueryVariables = Exact<{
  status?: Array<IngestState> | IngestState | null | undefined;
  registry?: string | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type ListedIngestsQuery = { ingests: { edges: Array<{ node: ListedIngestFragment }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type IngestByIdQueryVariables = Exact<{
  id: string;
}>;


export type IngestByIdQuery = { ingest: ListedIngestFragment | null };

export type RetryListedIngestMutationVariables = Exact<{
  id: string;
}>;


export type RetryListedIngestMutation = { retryIngest: ListedIngestFragment };

export type KeyFactsFragment = { id: string, name: string, prefix: string, scopes: Array<AccessScope>, labels: Array<string>, registry: string | null, createdAt: string, expiresAt: string | null, revokedAt: string | null, lastUsedAt: string | null };

export type ListedKeysQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type ListedKeysQuery = { apiKeys: { edges: Array<{ node: KeyFactsFragment }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type CreateKeyMutationVariables = Exact<{
  input: NewApiKeyInput;
}>;


export type CreateKeyMutation = { createApiKey: { secret: string, key: KeyFactsFragment } };

export type RevokeKeyMutationVariables = Exact<{
  id: string;
}>;


export type RevokeKeyMutation = { revokeApiKey: KeyFactsFragment };

export type FoundLogitFragment = { score: number, distance: number, confidence: number | null, expectedAccuracy: number | null, evidence?: Array<{ contribution: number, query: number, response: number, probe: { position: number } }>, node: { index: number, label: string | null, model: { name: string, version: string } } };

export type FoundLogitsQueryVariables = Exact<{
  concept?: string | null | undefined;
  expression?: ConceptInput | null | undefined;
  image?: string | null | undefined;
  filter?: LogitFilter | null | undefined;
  metric?: SearchMetric | null | undefined;
  probeSet?: string | null | undefined;
  evidence: number;
  withEvidence: boolean;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type FoundLogitsQuery = { logits: { edges: Array<FoundLogitFragment>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type LogitsAlikeQueryVariables = Exact<{
  id: string;
  filter?: LogitFilter | null | undefined;
  metric?: SearchMetric | null | undefined;
  evidence: number;
  withEvidence: boolean;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type LogitsAlikeQuery = { logit: { similar: { edges: Array<FoundLogitFragment>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type OutputIdsQueryVariables = Exact<{
  id: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type OutputIdsQuery = { model: { logits: { edges: Array<{ node: { id: string, index: number } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type NamedModelFragment = { id: string, name: string, version: string, status: ModelStatus, outputs: number | null };

export type NamedModelsQueryVariables = Exact<{
  text?: string | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type NamedModelsQuery = { models: { edges: Array<{ node: NamedModelFragment }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type ModelByIdQueryVariables = Exact<{
  id: string;
}>;


export type ModelByIdQuery = { model: NamedModelFragment | null };

export type ListedModelsQueryVariables = Exact<{
  text?: string | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type ListedModelsQuery = { models: { edges: Array<{ node: { name: string, version: string, status: ModelStatus, outputs: number | null, coverage: number | null, responseKind: ResponseKind | null, source: string } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type RankedModelsQueryVariables = Exact<{
  concepts: Array<string> | string;
  matching?: LogitFilter | null | undefined;
  probeSet?: string | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type RankedModelsQuery = { models: { edges: Array<{ score: number | null, confidence: number | null, expectedAccuracy: number | null, bestLogit: { index: number, label: string | null } | null, node: { name: string, version: string } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type NamedOutputsQueryVariables = Exact<{
  id: string;
  names: number;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type NamedOutputsQuery = { model: { summary: string | null, logits: { edges: Array<{ node: { index: number, concepts: Array<{ text: string, score: number, confidence: number | null }> } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type SweepRegistriesMutationVariables = Exact<{
  registry?: string | null | undefined;
  dryRun: boolean;
}>;


export type SweepRegistriesMutation = { syncRegistries: Array<{ registry: string, dryRun: boolean, startedAt: string, finishedAt: string, listed: number, error: string | null, ingested: { names: Array<string> }, changed: { names: Array<string> }, removed: { names: Array<string> }, annotated: { names: Array<string> }, refused: { names: Array<string> } }> };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const ListedIngestFragmentDoc = new TypedDocumentString(`
    fragment ListedIngest on Ingest {
  id
  state
  attempts
  priority
  nextAttemptAt
  error {
    code
    message
  }
  model {
    name
    version
    registry
  }
}
    `, {"fragmentName":"ListedIngest"}) as unknown as TypedDocumentString<ListedIngestFragment, unknown>;
export const KeyFactsFragmentDoc = new TypedDocumentString(`
    fragment KeyFacts on ApiKey {
  id
  name
  prefix
  scopes
  labels
  registry
  createdAt
  expiresAt
  revokedAt
  lastUsedAt
}
    `, {"fragmentName":"KeyFacts"}) as unknown as TypedDocumentString<KeyFactsFragment, unknown>;
export const FoundLogitFragmentDoc = new TypedDocumentString(`
    fragment FoundLogit on LogitEdge {
  score
  distance
  confidence
  expectedAccuracy
  evidence(first: $evidence) @include(if: $withEvidence) {
    contribution
    query
    response
    probe {
      position
    }
  }
  node {
    index
    label
    model {
      name
      version
    }
  }
}
    `, {"fragmentName":"FoundLogit"}) as unknown as TypedDocumentString<FoundLogitFragment, unknown>;
export const NamedModelFragmentDoc = new TypedDocumentString(`
    fragment NamedModel on Model {
  id
  name
  version
  status
  outputs
}
    `, {"fragmentName":"NamedModel"}) as unknown as TypedDocumentString<NamedModelFragment, unknown>;
export const IngestOutcomeDocument = new TypedDocumentString(`
    query IngestOutcome($id: ID!) {
  ingest(id: $id) {
    state
    startedAt
    finishedAt
    error {
      code
      message
    }
    model {
      name
      version
      outputs
    }
  }
}
    `) as unknown as TypedDocumentString<IngestOutcomeQuery, IngestOutcomeQueryVariables>;
export const ListedIngestsDocument = new TypedDocumentString(`
    query ListedIngests($status: [IngestState!], $registry: String, $first: Int, $after: String) {
  ingests(status: $status, registry: $registry, first: $first, after: $after) {
    edges {
      node {
        ...ListedIngest
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment ListedIngest on Ingest {
  id
  state
  attempts
  priority
  nextAttemptAt
  error {
    code
    message
  }
  model {
    name
    version
    registry
  }
}`) as unknown as TypedDocumentString<ListedIngestsQuery, ListedIngestsQueryVariables>;
export const IngestByIdDocument = new TypedDocumentString(`
    query IngestById($id: ID!) {
  ingest(id: $id) {
    ...ListedIngest
  }
}
    fragment ListedIngest on Ingest {
  id
  state
  attempts
  priority
  nextAttemptAt
  error {
    code
    message
  }
  model {
    name
    version
    registry
  }
}`) as unknown as TypedDocumentString<IngestByIdQuery, IngestByIdQueryVariables>;
export const RetryListedIngestDocument = new TypedDocumentString(`
    mutation RetryListedIngest($id: ID!) {
  retryIngest(id: $id) {
    ...ListedIngest
  }
}
    fragment ListedIngest on Ingest {
  id
  state
  attempts
  priority
  nextAttemptAt
  error {
    code
    message
  }
  model {
    name
    version
    registry
  }
}`) as unknown as TypedDocumentString<RetryListedIngestMutation, RetryListedIngestMutationVariables>;
export const ListedKeysDocument = new TypedDocumentString(`
    query ListedKeys($first: Int, $after: String) {
  apiKeys(first: $first, after: $after) {
    edges {
      node {
        ...KeyFacts
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment KeyFacts on ApiKey {
  id
  name
  prefix
  scopes
  labels
  registry
  createdAt
  expiresAt
  revokedAt
  lastUsedAt
}`) as unknown as TypedDocumentString<ListedKeysQuery, ListedKeysQueryVariables>;
export const CreateKeyDocument = new TypedDocumentString(`
    mutation CreateKey($input: NewApiKeyInput!) {
  createApiKey(input: $input) {
    secret
    key {
      ...KeyFacts
    }
  }
}
    fragment KeyFacts on ApiKey {
  id
  name
  prefix
  scopes
  labels
  registry
  createdAt
  expiresAt
  revokedAt
  lastUsedAt
}`) as unknown as TypedDocumentString<CreateKeyMutation, CreateKeyMutationVariables>;
export const RevokeKeyDocument = new TypedDocumentString(`
    mutation RevokeKey($id: ID!) {
  revokeApiKey(id: $id) {
    ...KeyFacts
  }
}
    fragment KeyFacts on ApiKey {
  id
  name
  prefix
  scopes
  labels
  registry
  createdAt
  expiresAt
  revokedAt
  lastUsedAt
}`) as unknown as TypedDocumentString<RevokeKeyMutation, RevokeKeyMutationVariables>;
export const FoundLogitsDocument = new TypedDocumentString(`
    query FoundLogits($concept: String, $expression: ConceptInput, $image: String, $filter: LogitFilter, $metric: SearchMetric, $probeSet: ID, $evidence: Int!, $withEvidence: Boolean!, $first: Int, $after: String) {
  logits(
    concept: $concept
    expression: $expression
    image: $image
    filter: $filter
    metric: $metric
    probeSet: $probeSet
    first: $first
    after: $after
  ) {
    edges {
      ...FoundLogit
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment FoundLogit on LogitEdge {
  score
  distance
  confidence
  expectedAccuracy
  evidence(first: $evidence) @include(if: $withEvidence) {
    contribution
    query
    response
    probe {
      position
    }
  }
  node {
    index
    label
    model {
      name
      version
    }
  }
}`) as unknown as TypedDocumentString<FoundLogitsQuery, FoundLogitsQueryVariables>;
export const LogitsAlikeDocument = new TypedDocumentString(`
    query LogitsAlike($id: ID!, $filter: LogitFilter, $metric: SearchMetric, $evidence: Int!, $withEvidence: Boolean!, $first: Int, $after: String) {
  logit(id: $id) {
    similar(filter: $filter, metric: $metric, first: $first, after: $after) {
      edges {
        ...FoundLogit
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    fragment FoundLogit on LogitEdge {
  score
  distance
  confidence
  expectedAccuracy
  evidence(first: $evidence) @include(if: $withEvidence) {
    contribution
    query
    response
    probe {
      position
    }
  }
  node {
    index
    label
    model {
      name
      version
    }
  }
}`) as unknown as TypedDocumentString<LogitsAlikeQuery, LogitsAlikeQueryVariables>;
export const OutputIdsDocument = new TypedDocumentString(`
    query OutputIds($id: ID!, $first: Int, $after: String) {
  model(id: $id) {
    logits(first: $first, after: $after) {
      edges {
        node {
          id
          index
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    `) as unknown as TypedDocumentString<OutputIdsQuery, OutputIdsQueryVariables>;
export const NamedModelsDocument = new TypedDocumentString(`
    query NamedModels($text: String, $first: Int, $after: String) {
  models(text: $text, first: $first, after: $after) {
    edges {
      node {
        ...NamedModel
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment NamedModel on Model {
  id
  name
  version
  status
  outputs
}`) as unknown as TypedDocumentString<NamedModelsQuery, NamedModelsQueryVariables>;
export const ModelByIdDocument = new TypedDocumentString(`
    query ModelById($id: ID!) {
  model(id: $id) {
    ...NamedModel
  }
}
    fragment NamedModel on Model {
  id
  name
  version
  status
  outputs
}`) as unknown as TypedDocumentString<ModelByIdQuery, ModelByIdQueryVariables>;
export const ListedModelsDocument = new TypedDocumentString(`
    query ListedModels($text: String, $first: Int, $after: String) {
  models(text: $text, first: $first, after: $after) {
    edges {
      node {
        name
        version
        status
        outputs
        coverage
        responseKind
        source
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<ListedModelsQuery, ListedModelsQueryVariables>;
export const RankedModelsDocument = new TypedDocumentString(`
    query RankedModels($concepts: [String!]!, $matching: LogitFilter, $probeSet: ID, $first: Int, $after: String) {
  models(
    concepts: $concepts
    matching: $matching
    probeSet: $probeSet
    first: $first
    after: $after
  ) {
    edges {
      score
      confidence
      expectedAccuracy
      bestLogit {
        index
        label
      }
      node {
        name
        version
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<RankedModelsQuery, RankedModelsQueryVariables>;
export const NamedOutputsDocument = new TypedDocumentString(`
    query NamedOutputs($id: ID!, $names: Int!, $first: Int, $after: String) {
  model(id: $id) {
    summary
    logits(first: $first, after: $after) {
      edges {
        node {
          index
          concepts(first: $names) {
            text
            score
            confidence
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    `) as unknown as TypedDocumentString<NamedOutputsQuery, NamedOutputsQueryVariables>;
export const SweepRegistriesDocument = new TypedDocumentString(`
    mutation SweepRegistries($registry: String, $dryRun: Boolean!) {
  syncRegistries(registry: $registry, dryRun: $dryRun) {
    registry
    dryRun
    startedAt
    finishedAt
    listed
    error
    ingested {
      names
    }
    changed {
      names
    }
    removed {
      names
    }
    annotated {
      names
    }
    refused {
      names
    }
  }
}
    `) as unknown as TypedDocumentString<SweepRegistriesMutation, SweepRegistriesMutationVariables>;