import type {
  AccessScope as AccessScopeEnum,
  AuditAction as AuditActionEnum,
  DeliveryOutcome as DeliveryOutcomeEnum,
  IngestStage as IngestStageEnum,
  IngestState as IngestStateEnum,
  LogitStatus as LogitStatusEnum,
  ModelStatus as ModelStatusEnum,
  ResponseKind as ResponseKindEnum,
} from './generated/enums.js';
import type { ModelModel, ModelUncheckedCreateInput } from './generated/models.js';

export type ModelStatus = ModelStatusEnum;
export type ResponseKind = ResponseKindEnum;
export type LogitStatus = LogitStatusEnum;
export type IngestState = IngestStateEnum;
export type IngestStage = IngestStageEnum;
export type DeliveryOutcome = DeliveryOutcomeEnum;
export type AccessScope = AccessScopeEnum;
export type AuditAction = AuditActionEnum;

/** The states of versions that were never published and that no ingest works on: they can be registered again. */
export const ENDED_UNPUBLISHED: ModelStatus[] = ['FAILED', 'NOT_APPLICABLE'];

/** An ordered, immutable set of probe images. */
export interface ProbeSetRecord {
  id: string;
  name: string;
  /** SHA-256 over the probes' digests in order. */
  digest: string;
  /** P */
  size: number;
  createdAt: Date;
}

/** One image of a probe set. */
export interface ProbeRecord {
  id: string;
  probeSetId: string;
  /** 0..P−1 */
  position: number;
  /** SHA-256 of the image file, which is its blob. */
  digest: string;
  width: number;
  height: number;
  mediaType: string;
}

/**
 * What a registration says about a model version; null where it says nothing. Requests, statements and exports take it
 * whole, so a new fact does not compile until each of them has it.
 */
export interface ModelFacts {
  /** In output order. */
  labels: string[] | null;
  /** SPDX expression or free text. */
  license: string | null;
  /** Name of the registry that it came from; null when a caller registered it directly. */
  registry: string | null;
  /** The visibility label of a private model; null for a public one. */
  visibility: string | null;
}

/** A model version to register. */
export interface NewVersion extends ModelFacts {
  name: string;
  version: string;
  source: string;
  probeSetId: string;
}

/**
 * One version of a model. The results of probing are null before it is probed. Its labels are read on their own, since lists
 * show none.
 */
export interface ModelRecord extends Omit<NewVersion, 'labels'> {
  id: string;
  status: ModelStatus;
  /** When a user set them; null when they came with the registration or the file. */
  labelsSetAt: Date | null;
  /** C */
  outputs: number | null;
  inputShape: unknown;
  outputName: string | null;
  responseKind: ResponseKind | null;
  /** The probability that replaces 0, where logits were made from probabilities. */
  logFloor: number | null;
  /** Whether the outputs are independent labels, each with its own sigmoid. */
  multiLabel: boolean;
  preprocessing: unknown;
  fileDigest: string | null;
  fileBytes: number | null;
  /** The raw response matrix, a .npy blob. */
  responsesDigest: string | null;
  /** Identifies this content of the version in its registry; null when it was not read from one. */
  revision: string | null;
  /** Sentences about how it was probed. */
  notes: string[];
  createdAt: Date;
  updatedAt: Date;
  probedAt: Date | null;
}

/** What rows of the model table are read without. */
export const LONG_COLUMNS = { labels: true, hasLabels: true } as const;

/** A row of the model table as the store returns it. */
export function toModelRecord(row: Omit<ModelModel, keyof typeof LONG_COLUMNS>): ModelRecord {
  return {
    ...row,
    fileBytes: row.fileBytes === null ? null : Number(row.fileBytes),
  };
}

/** The fields of a new row of the model table. */
export type NewModelRow = Omit<NewVersion, 'labels'> & { labels: string[]; hasLabels: boolean };

/** The column of each field of a new row. */
export const MODEL_COLUMNS: Record<keyof NewModelRow, string> = {
  name: 'name',
  version: 'version',
  source: 'source',
  probeSetId: 'probe_set_id',
  labels: 'labels',
  hasLabels: 'has_labels',
  license: 'licence',
  registry: 'registry',
  visibility: 'visibility',
};

/** A version as the model table stores it. */
export function toModelRow({ labels, ...version }: NewVersion): NewModelRow {
  return { ...version, labels: labels ?? [], hasLabels: labels !== null } satisfies Omit<
    ModelUncheckedCreateInput,
    'id'
  >;
}

/** One output dimension of a model. */
export interface LogitRecord extends LogitKey {
  label: string | null;
  status: LogitStatus;
  /** Share of the probes that were really run, 0..1. A probe gives all outputs at once, so all logits of a model share it. */
  coverage: number;
  /** Expected squared error per probe of its descriptor, which has variance 1; null when every probe was run. */
  completionError: number | null;
}

/** Identifies a logit, also after the model is probed again. */
export interface LogitKey {
  modelId: string;
  /** 0..C−1 */
  index: number;
}

/** One request to probe a model, and its progress or result. */
export interface IngestRecord {
  id: string;
  modelId: string;
  state: IngestState;
  stage: IngestStage;
  /** Probes run so far, of `total`. */
  done: number;
  total: number;
  etaSeconds: number | null;
  errorCode: string | null;
  errorMessage: string | null;
  /** Higher goes first, −10..10. */
  priority: number;
  /** How often a worker claimed it. */
  attempts: number;
  /** How often it failed for a temporary reason. */
  failures: number;
  /** How often in a row its worker was killed. */
  kills: number;
  /** The time before which no worker claims it; null when it can be claimed now, or is not queued. */
  nextAttemptAt: Date | null;
  peakMemoryBytes: number | null;
  /** Flavors that a runner needs one of, the best first; empty when this server runs the model itself. */
  runnerFlavors: string[];
  leasedUntil: Date | null;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
}

/** A program elsewhere that runs models which are not ONNX. */
export interface RunnerRecord {
  id: string;
  name: string;
  /** What it can run, such as `mlflow.pytorch`. */
  flavors: string[];
  /** Its program and versions, as it described them. */
  software: string | null;
  /** Whose key it uses; only that actor may use its claims. */
  actor: string;
  announcedAt: Date;
  lastSeenAt: Date;
}

/** A recorded webhook delivery. */
export interface DeliveryRecord {
  /** Name of the registry that sent it. */
  source: string;
  /** The sender's id, or an id made of the content. */
  deliveryId: string;
  receivedAt: Date;
  event: string;
  /** When the event happened, by the sender's clock. */
  occurredAt: Date | null;
  outcome: DeliveryOutcome;
  /** Why it was ignored. */
  reason: string | null;
  ingestId: string | null;
}

/** An API key. Its secret is not stored. */
export interface ApiKeyRecord {
  id: string;
  /** What it is for, as its creator described it. */
  name: string;
  /** The public part of the secret, by which the key is found. */
  prefix: string;
  /** SHA-256 of the whole secret, in hexadecimal. */
  hash: string;
  scopes: readonly AccessScope[];
  /** Visibility labels: it sees private models with one of them. */
  labels: readonly string[];
  /** The only registry whose models it may change; null: any. */
  registry: string | null;
  createdAt: Date;
  expiresAt: Date | null;
  revokedAt: Date | null;
  /** To within a minute. */
  lastUsedAt: Date | null;
}

/** One audited change. */
export interface AuditRecord {
  id: string;
  createdAt: Date;
  action: AuditAction;
  actor: string;
  address: string | null;
  userAgent: string | null;
  requestId: string | null;
  modelId: string | null;
  /** The name of what was changed. */
  target: string;
  /** The new values, where they are short. */
  details: unknown;
}

/** Versions that a sweep found, as `name@version`. */
export interface SweptVersions {
  count: number;
  /** The first of them. */
  names: string[];
}

/** The findings of a registry's sweep, and what it did. */
export interface SweepRecord {
  registry: string;
  /** Whether the sweep only reported and changed nothing. */
  dryRun: boolean;
  startedAt: Date;
  finishedAt: Date;
  /** Versions in the registry's list. */
  listed: number;
  /** Missing here: queued. */
  ingested: SweptVersions;
  /** With new content under the same name: queued. */
  changed: SweptVersions;
  /** Renamed in the registry, by their new names: renamed. */
  renamed: SweptVersions;
  /** Deleted from the registry, or no longer chosen: removed. */
  removed: SweptVersions;
  /** With other tags or aliases: updated. */
  annotated: SweptVersions;
  /** Impossible to register here. */
  refused: SweptVersions;
  /** What could not be read, and why; null when everything was read. */
  error: string | null;
}

/** A place in a list ordered by creation. */
export interface CreatedPosition {
  createdAt: Date;
  id: string;
}
