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

export type ModelStatus = ModelStatusEnum;
export type ResponseKind = ResponseKindEnum;
export type LogitStatus = LogitStatusEnum;
export type IngestState = IngestStateEnum;
export type IngestStage = IngestStageEnum;
export type DeliveryOutcome = DeliveryOutcomeEnum;
export type AccessScope = AccessScopeEnum;
export type AuditAction = AuditActionEnum;

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

/** One version of a model; what probing finds out is null before it. */
export interface ModelRecord {
  id: string;
  name: string;
  version: string;
  source: string;
  status: ModelStatus;
  probeSetId: string;
  /** In output order. */
  labels: string[] | null;
  /** When somebody set them; null when they are those that it was registered or read with. */
  labelsSetAt: Date | null;
  /** C */
  outputs: number | null;
  inputShape: unknown;
  outputName: string | null;
  responseKind: ResponseKind | null;
  /** The probability that stands for 0, when the responses are log-probabilities. */
  logFloor: number | null;
  preprocessing: unknown;
  fileDigest: string | null;
  fileBytes: number | null;
  /** The raw response matrix, a .npy blob. */
  responsesDigest: string | null;
  /** SPDX expression or free text. */
  licence: string | null;
  /** Name of the registry that it came from; null when it was given directly. */
  registry: string | null;
  /** What the registry calls this content of the version; null when it was not read from one. */
  revision: string | null;
  /** The label without which it is not seen; null: everybody who may read sees it. */
  visibility: string | null;
  notes: string[];
  createdAt: Date;
  updatedAt: Date;
  probedAt: Date | null;
}

/** One output dimension of a model. */
export interface LogitRecord extends LogitKey {
  label: string | null;
  status: LogitStatus;
  /** Share of the probes that were really run, 0..1. A probe gives all outputs at once: it is the same for a model. */
  coverage: number;
  /** Expected squared error for each probe of its descriptor, whose values have variance 1; null when every one was run. */
  completionError: number | null;
}

/** What identifies a logit, also after it is probed again. */
export interface LogitKey {
  modelId: string;
  /** 0..C−1 */
  index: number;
}

/** One request to probe a model, and what became of it. */
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
  request: unknown;
  /** Higher goes first, −10..10. */
  priority: number;
  /** How often a worker took it up. */
  attempts: number;
  /** How often it failed for a reason that may pass. */
  failures: number;
  /** How often in a row the process that worked on it ended without a word. */
  kills: number;
  /** Not to be tried before; null: at once, or it is not queued. */
  nextAttemptAt: Date | null;
  peakMemoryBytes: number | null;
  leasedUntil: Date | null;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
}

/** A webhook delivery that was taken. */
export interface DeliveryRecord {
  /** Name of the registry that sent it. */
  source: string;
  /** The sender's id of it, or what takes its place. */
  deliveryId: string;
  receivedAt: Date;
  event: string;
  /** When the sender says that it happened. */
  occurredAt: Date | null;
  outcome: DeliveryOutcome;
  /** Why it was ignored. */
  reason: string | null;
  ingestId: string | null;
}

/** A key of a program; its secret is not kept. */
export interface ApiKeyRecord {
  id: string;
  /** What it is for, in the words of whoever made it. */
  name: string;
  /** The part of the secret that finds it. */
  prefix: string;
  /** SHA-256 of the whole secret, in hexadecimal. */
  hash: string;
  scopes: readonly AccessScope[];
  /** Labels of private models that it sees. */
  labels: readonly string[];
  /** The one registry whose models it may change; null: any. */
  registry: string | null;
  createdAt: Date;
  expiresAt: Date | null;
  revokedAt: Date | null;
  /** To within a minute. */
  lastUsedAt: Date | null;
}

/** One change that somebody made. */
export interface AuditRecord {
  id: string;
  createdAt: Date;
  action: AuditAction;
  actor: string;
  address: string | null;
  userAgent: string | null;
  requestId: string | null;
  modelId: string | null;
  /** What was changed, by name. */
  subject: string;
  /** What it was changed to, where that is short. */
  details: unknown;
}

/** Versions that a sweep found, as `name@version`. */
export interface SweptVersions {
  count: number;
  /** The first of them. */
  names: string[];
}

/** What a sweep of a registry found and did. */
export interface SweepRecord {
  registry: string;
  /** Nothing was changed: this is what would have been. */
  dryRun: boolean;
  startedAt: Date;
  finishedAt: Date;
  /** Versions in the registry's list. */
  listed: number;
  /** Were missing here: queued. */
  ingested: SweptVersions;
  /** Have other content under the same name: queued. */
  changed: SweptVersions;
  /** Are gone from the registry: removed. */
  removed: SweptVersions;
  /** Have other tags or aliases: taken over. */
  annotated: SweptVersions;
  /** Cannot be registered here. */
  refused: SweptVersions;
  /** What could not be read, and why; null when all was. */
  error: string | null;
}

/** A place in a list ordered by creation. */
export interface CreatedPosition {
  createdAt: Date;
  id: string;
}
