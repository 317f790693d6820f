import { registerEnumType } from 'type-graphql';

export enum SearchMetric {
  SCORE = 'SCORE',
  ASYMMETRIC = 'ASYMMETRIC',
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

registerEnumType(IndexKind, {
  name: 'IndexKind',
  description: 'How a gallery is searched.',
  valuesConfig: {
    EXACT: { description: 'Every logit is compared.' },
    FAISS: { description: 'A FAISS index gives candidates, which are compared exactly.' },
  } satisfies Described<IndexKind>,
});
