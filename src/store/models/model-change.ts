import type { DeliveryOutcome } from '../records.js';
import type { Annotations } from './annotations.js';

/**
 * What a delivery or a sweep does to the models of its registry. Whatever names it contains, it applies only to models of
 * that registry.
 */
export type ModelChange =
  | VersionRegistration
  | {
      kind: 'REMOVE';
      name: string;
      /** Null: every version. */
      version: string | null;
      /**
       * Whether each version is first looked up at its source, and kept when it exists there. For senders whose events have
       * no order: a new version may have taken the name.
       */
      confirmAtSource?: boolean;
    }
  | {
      kind: 'RENAME';
      name: string;
      newName: string;
      /** The prefix of the versions' sources, before and after. */
      sourcePrefix: { from: string; to: string };
    }
  | {
      kind: 'SET_TAG';
      name: string;
      version: string;
      key: string;
      /** Null removes the tag. */
      value: string | null;
    }
  | {
      kind: 'SET_ALIAS';
      name: string;
      alias: string;
      /** Null removes the alias. */
      version: string | null;
    }
  | {
      /** All tags and aliases of a version at once, as a sweep finds them. */
      kind: 'ANNOTATE';
      name: string;
      version: string;
      annotations: Annotations;
      /** `Models.annotationsRevision` from before the sweep read them. Annotations written since are newer and stay. */
      revision: number;
    }
  | { kind: 'IGNORE'; reason: string };

/** Registers a model version and queues its ingest. A version that is already registered stays as it is. */
export interface VersionRegistration {
  kind: 'REGISTER';
  name: string;
  version: string;
  /** An http(s) URL, or a registry's URI such as `hf://owner/name@revision`. */
  source: string;
  /** SHA-256 of the model file, where the sender knows it. */
  sha256?: string;
  labels?: string[];
  /** Whether a registered version is probed again when its file may have changed. */
  updated: boolean;
  /** An alias that moves to this version from any other version of the model. */
  alias?: string;
}

/** The result of a model change, including what the rest of the process must react to. */
export interface ChangeResult {
  outcome: DeliveryOutcome;
  /** The ingest that the change queued, or that the version already had. */
  ingestId: string | null;
  /** Why the change was ignored. */
  reason: string | null;
  /** Ids of unfinished ingests that the change ended. Workers may still run them. */
  cancelled: string[];
  /** Models that must leave their gallery. */
  removed: RemovedModel[];
}

/** A model that was removed from the database. */
export interface RemovedModel {
  modelId: string;
  probeSetId: string;
}
