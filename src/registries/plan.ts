import type { VersionNotes } from './reader.js';

/** What a delivery asks for. */
export type Plan =
  | RegisterPlan
  | {
      kind: 'REMOVE';
      name: string;
      /** Null: every version. */
      version: string | null;
    }
  | {
      kind: 'RENAME';
      name: string;
      newName: string;
      /** Beginnings of the versions' sources, before and after. */
      sourcePrefix: { from: string; to: string };
    }
  | {
      kind: 'SET_TAG';
      name: string;
      version: string;
      key: string;
      /** Null: the tag is taken away. */
      value: string | null;
    }
  | {
      kind: 'ALIAS';
      name: string;
      alias: string;
      /** Null: the alias is taken away. */
      version: string | null;
    }
  | {
      /** All tags and aliases of a version at once, as a sweep finds them. */
      kind: 'NOTES';
      name: string;
      version: string;
      notes: VersionNotes;
      /** How often they were written here before the sweep began: an event that came since is newer. */
      revision: number;
    }
  | { kind: 'IGNORE'; reason: string };

/** A model version to be registered; a version that is registered already stays as it is. */
export interface RegisterPlan {
  kind: 'REGISTER';
  name: string;
  version: string;
  /** An http(s) URL, or a URI that stands for a place in a registry, such as `hf://owner/name@revision`. */
  source: string;
  /** SHA-256 of the model file, where the sender tells it. */
  sha256?: string;
  labels?: string[];
  /** Whether a registered version's file may have changed, so that it is probed again if it has. */
  updated: boolean;
}

/** One delivery, understood. */
export interface Delivery {
  /** The sender's id, or what names the event in its place; null when nothing does, and it is harmless to repeat. */
  id: string | null;
  /** The event's name in the registry's own words. */
  event: string;
  /** When the sender says that it happened. */
  occurredAt: Date | null;
  plan: Plan;
}
