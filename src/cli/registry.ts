import type { NewApiKeyRequest } from '../access/index.js';
import type { SweepReport } from '../app/index.js';
import type { IngestRequest, ReprobeOptions, UploadForm } from '../ingest/index.js';
import type { ApiKeyRecord, IngestState } from '../store/index.js';
import type { FilterFlags } from './flags/filter-flags.js';
import type { SubjectFlags } from './flags/subject-flags.js';
import type { ProgressDisplay } from './output/progress.js';
import type { IngestOutcome } from './run-ingests.js';

/** A model in a list. */
export interface ListedModel {
  name: string;
  version: string;
  status: string;
  logits: number | null;
  coverage: number | null;
  kind: string | null;
  source: string;
}

/** A model that was found, with its best logit. */
export interface RankedModel {
  score: number | null;
  confidence: number | null;
  name: string | undefined;
  version: string | undefined;
  label: string | null;
  index: number | null;
  expectedAccuracy: number | null;
}

/** A probe that made a logit match. */
export interface MatchingProbe {
  probe: number;
  contribution: number;
  /** What is looked for, at this probe, and the found logit's response; standardized. */
  query: number;
  response: number;
}

/** A logit that was found. */
export interface FoundLogit {
  score: number;
  distance: number;
  confidence: number | null;
  expectedAccuracy: number | null;
  label: string | null;
  model: string | undefined;
  version: string | undefined;
  index: number;
  /** Absent unless it was asked for. */
  evidence?: MatchingProbe[];
}

/** What a model recognizes. */
export interface ModelNames {
  summary: string;
  names: { index: number; name: string; score: number; confidence: number | null }[];
}

/** Which logits are wanted. */
export interface LogitQuestion extends SubjectFlags, FilterFlags {
  concept?: string;
  metric: 'SCORE' | 'ASYMMETRIC';
  probeSet?: string;
  first: number;
  /** Probes wanted with each. */
  evidence: number;
}

/** Which models are wanted. */
export interface ModelQuestion extends FilterFlags {
  concepts: string[];
  probeSet?: string;
  first: number;
}

/** An ingest in a list. */
export interface ListedIngest {
  id: string;
  name: string | null;
  version: string | null;
  registry: string | null;
  state: IngestState;
  attempts: number;
  priority: number;
  nextAttemptAt: string | null;
  code: string | null;
  message: string | null;
}

/** Which ingests are wanted. */
export interface IngestsQuestion {
  /** All when absent. */
  states?: IngestState[];
  registry?: string;
  first: number;
}

/** Responses in a file, and the model that gave them. */
export interface Upload {
  named: string;
  file: string;
  form: UploadForm;
  labels?: string[];
  licence?: string;
  registry?: string;
  probeSet?: string;
}

/** What became of an upload. */
export interface UploadedModel {
  /** As the API has it. */
  id: string;
  name: string;
  version: string;
  outputs: number;
  probes: number;
  coverage: number;
  degenerate: number;
  changed: boolean;
}

/** The images of a probe set, to be written to a file. */
export interface OpenedKit {
  probeSet: string;
  images: number;
  digest: string;
  /** A tar archive. */
  content: AsyncIterable<Uint8Array>;
}

/** What is told of a key; never its hash. */
export type KeyFacts = Omit<ApiKeyRecord, 'id' | 'hash'>;

/** A key that was made a moment ago. */
export interface CreatedKey {
  secret: string;
  key: KeyFacts;
}

/** What commands ask of a ProbeLog: the one in a data folder of this machine, or a server. They answer alike. */
export interface Registry {
  /** All models whose name, version or labels contain a text. */
  models(text: string | undefined): Promise<ListedModel[]>;
  /** Models that know concepts, best first. */
  rankedModels(question: ModelQuestion): Promise<RankedModel[]>;
  /** Logits that recognize something, best first. */
  logits(question: LogitQuestion): Promise<FoundLogit[]>;
  /**
   * Names for the outputs of a model.
   *
   * @param named its name, name@version or id
   * @param output only this one, as it was written
   * @param first names for each
   */
  names(named: string, output: string | undefined, first: number): Promise<ModelNames>;
  /** Registers models and waits until each is searchable or has failed. @throws the signal's reason */
  ingest(requests: IngestRequest[], display: ProgressDisplay, signal: AbortSignal): Promise<IngestOutcome[]>;
  /** Probes a model again, and waits as for an ingest. @param named as of `names` @throws the signal's reason */
  reprobe(
    named: string,
    how: ReprobeOptions,
    display: ProgressDisplay,
    signal: AbortSignal,
  ): Promise<IngestOutcome>;
  /** Ingests, the newest first. */
  ingests(question: IngestsQuestion): Promise<ListedIngest[]>;
  /** Those with these ids. NOT_FOUND names the first that does not exist. */
  ingestsById(ids: string[]): Promise<ListedIngest[]>;
  /** Puts an ingest back into the queue. */
  retryIngest(id: string): Promise<ListedIngest>;
  /** Takes the responses of a model, which is registered when there is none. */
  upload(upload: Upload): Promise<UploadedModel>;
  /** @param probeSet its name or id; the default one when undefined */
  kit(probeSet: string | undefined): Promise<OpenedKit>;
  /** Lists registries and catches up with them. @param registries all that can be listed when undefined */
  sync(registries: string[] | undefined, dryRun: boolean): Promise<SweepReport[]>;
  createKey(request: NewApiKeyRequest): Promise<CreatedKey>;
  /** All keys, newest first. */
  keys(): Promise<KeyFacts[]>;
  /** Ends a key for ever. */
  revokeKey(prefix: string): Promise<KeyFacts>;
}
