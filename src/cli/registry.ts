import type { FilterFlags } from './filter-flags.js';
import type { SubjectFlags } from './search-subject.js';

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
  /** What is looked for, at this probe, and the found logit's response; standardised. */
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

/** What a model recognises. */
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

/** What commands ask of a ProbeLog: the one in a data folder of this machine, or a server. They answer alike. */
export interface Registry {
  /** All models whose name, version or labels contain a text. */
  models(text: string | undefined): Promise<ListedModel[]>;
  /** Models that know concepts, best first. */
  rankedModels(question: ModelQuestion): Promise<RankedModel[]>;
  /** Logits that recognise something, best first. */
  logits(question: LogitQuestion): Promise<FoundLogit[]>;
  /**
   * Names for the outputs of a model.
   *
   * @param named its name, name@version or id
   * @param output only this one, as it was written
   * @param first names for each
   */
  names(named: string, output: string | undefined, first: number): Promise<ModelNames>;
}
