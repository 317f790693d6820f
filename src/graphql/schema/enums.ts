import { registerEnumType } from 'type-graphql';

export enum SearchMetric {
  SCORE = 'SCORE',
  ASYMMETRIC = 'ASYMMETRIC',
}

export enum AccessScope {
  READ = 'READ',
  INGEST = 'INGEST',
  ADMIN = 'ADMIN',
}

export enum AuditAction {
  MODEL_REGISTERED = 'MODEL_REGISTERED',
  MODEL_REPROBED = 'MODEL_REPROBED',
  MODEL_RENAMED = 'MODEL_RENAMED',
  MODEL_REMOVED = 'MODEL_REMOVED',
  MODEL_ANNOTATED = 'MODEL_ANNOTATED',
  INGEST_CANCELLED = 'INGEST_CANCELLED',
  INGEST_RETRIED = 'INGEST_RETRIED',
  RESPONSES_UPLOADED = 'RESPONSES_UPLOADED',
  LABELS_SET = 'LABELS_SET',
  VISIBILITY_SET = 'VISIBILITY_SET',
  KEY_CREATED = 'KEY_CREATED',
  KEY_REVOKED = 'KEY_REVOKED',
}

export enum ModelStatus {
  PENDING = 'PENDING',
  READY = 'READY',
  FAILED = 'FAILED',
}

export enum LogitStatus {
  SEARCHABLE = 'SEARCHABLE',
  DEGENERATE = 'DEGENERATE',
}

export enum ExpectedAccuracyReason {
  TOO_FEW_OUTPUTS = 'TOO_FEW_OUTPUTS',
  NO_CONCEPT = 'NO_CONCEPT',
}

export enum ResponseKind {
  LOGITS = 'LOGITS',
  LOG_PROBABILITIES = 'LOG_PROBABILITIES',
}

export enum IngestState {
  QUEUED = 'QUEUED',
  RUNNING = 'RUNNING',
  SUCCEEDED = 'SUCCEEDED',
  FAILED = 'FAILED',
  CANCELLED = 'CANCELLED',
}

export enum IngestStage {
  QUEUED = 'QUEUED',
  FETCHING = 'FETCHING',
  INSPECTING = 'INSPECTING',
  PROBING = 'PROBING',
  STORING = 'STORING',
  INDEXING = 'INDEXING',
  DONE = 'DONE',
}

export enum IndexKind {
  EXACT = 'EXACT',
  FAISS = 'FAISS',
}

type Described<E extends string> = Record<E, { description: string }>;

registerEnumType(SearchMetric, {
  name: 'SearchMetric',
  description: 'How results are ordered.',
  valuesConfig: {
    SCORE: {
      description: 'By score, the best first: soft weights over all probes; whitened cosine for logits.',
    },
    ASYMMETRIC: { description: "By the paper's asymmetric top-k discrepancy, the smallest first." },
  } satisfies Described<SearchMetric>,
});

registerEnumType(ModelStatus, {
  name: 'ModelStatus',
  description: 'Whether a model can be searched.',
  valuesConfig: {
    PENDING: {
      description: 'Its first ingest is not finished, or its responses were not uploaded yet.',
    },
    READY: { description: 'Its logits can be searched.' },
    FAILED: { description: 'Its ingest failed or was cancelled before it ever could be searched.' },
  } satisfies Described<ModelStatus>,
});

registerEnumType(LogitStatus, {
  name: 'LogitStatus',
  description: 'Whether a logit can be searched.',
  valuesConfig: {
    SEARCHABLE: { description: 'It has a descriptor.' },
    DEGENERATE: { description: 'Its responses are constant or not numbers, so there is nothing to compare.' },
  } satisfies Described<LogitStatus>,
});

registerEnumType(ExpectedAccuracyReason, {
  name: 'ExpectedAccuracyReason',
  description: 'Why there is no expected accuracy.',
  valuesConfig: {
    TOO_FEW_OUTPUTS: {
      description: 'Its model has fewer than three outputs with a descriptor, which say too little.',
    },
    NO_CONCEPT: { description: 'The list is not one of matches: no concept was given.' },
  } satisfies Described<ExpectedAccuracyReason>,
});

registerEnumType(ResponseKind, {
  name: 'ResponseKind',
  description: "What a model's stored responses are.",
  valuesConfig: {
    LOGITS: { description: 'Values before any softmax.' },
    LOG_PROBABILITIES: {
      description: 'Logarithms of probabilities that could not be cut off; see `logFloor`.',
    },
  } satisfies Described<ResponseKind>,
});

registerEnumType(IngestState, {
  name: 'IngestState',
  description: 'Where an ingest stands.',
  valuesConfig: {
    QUEUED: { description: 'It waits for a worker.' },
    RUNNING: { description: 'A worker is at it.' },
    SUCCEEDED: { description: 'The model can be searched.' },
    FAILED: { description: 'It ended with an error; see `error`.' },
    CANCELLED: { description: 'A caller ended it.' },
  } satisfies Described<IngestState>,
});

registerEnumType(IngestStage, {
  name: 'IngestStage',
  description: 'What is being done for an ingest.',
  valuesConfig: {
    QUEUED: { description: 'Nothing yet.' },
    FETCHING: { description: 'The model file is copied.' },
    INSPECTING: { description: 'The graph is read: input, output, preprocessing.' },
    PROBING: { description: 'The model is shown the probes.' },
    STORING: { description: 'The responses are stored and the model made visible.' },
    INDEXING: { description: 'The logits are added to the gallery.' },
    DONE: { description: 'Everything is done.' },
  } satisfies Described<IngestStage>,
});

registerEnumType(AccessScope, {
  name: 'AccessScope',
  description: 'What a key or token is for; docs/access.md.',
  valuesConfig: {
    READ: { description: 'Searches, and reads about models.' },
    INGEST: { description: 'Registers, probes, labels and uploads for models, and follows their ingests.' },
    ADMIN: {
      description:
        'Everything, of every model: also removes, sees private models, makes keys, reads the audit.',
    },
  } satisfies Described<AccessScope>,
});

registerEnumType(AuditAction, {
  name: 'AuditAction',
  description: 'What somebody did.',
  valuesConfig: {
    MODEL_REGISTERED: { description: 'A model version was registered, or taken up again.' },
    MODEL_REPROBED: { description: 'Another probing of a model was asked for.' },
    MODEL_RENAMED: { description: 'A registry renamed a model.' },
    MODEL_REMOVED: { description: 'A model was removed.' },
    MODEL_ANNOTATED: { description: 'A registry changed tags or aliases.' },
    INGEST_CANCELLED: { description: 'An ingest was ended.' },
    INGEST_RETRIED: { description: 'An ingest was put back into the queue.' },
    RESPONSES_UPLOADED: { description: 'Responses of a model were uploaded.' },
    LABELS_SET: { description: "A model's labels were replaced." },
    VISIBILITY_SET: { description: 'It was changed who sees a model.' },
    KEY_CREATED: { description: 'A key was made.' },
    KEY_REVOKED: { description: 'A key was ended.' },
  } satisfies Described<AuditAction>,
});

registerEnumType(IndexKind, {
  name: 'IndexKind',
  description: 'How a gallery is searched.',
  valuesConfig: {
    EXACT: { description: 'Every logit is compared.' },
    FAISS: { description: 'A FAISS index gives candidates, which are compared exactly.' },
  } satisfies Described<IndexKind>,
});
