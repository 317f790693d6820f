import type { Access, CursorSeal, ImageLinks } from '../../access/index.js';
import type { IngestService, ModelUploads, ResponseUploads, RunnerService } from '../../ingest/index.js';
import type { Previews, Thumbnails } from '../../probing/index.js';
import type { Search } from '../../search/index.js';
import type { Store, SweepRecord } from '../../store/index.js';
import type { ConceptEncoder } from '../../text/index.js';

/** Compares registries with the models here, and applies the changes that their webhooks missed. */
export interface RegistrySweeper {
  /** Names of the registries that can be listed. */
  readonly registries: readonly string[];
  /** When this process sweeps next; null where it has no schedule. */
  readonly nextSweepAt: Date | null;
  /** @throws ProbelogError INPUT_INVALID for a registry that cannot be listed */
  sync(request: { registries?: readonly string[]; dryRun?: boolean }): Promise<SweepRecord[]>;
}

/** What resolvers use. */
export interface Services {
  store: Store;
  access: Access;
  imageLinks: ImageLinks;
  cursorSeal: CursorSeal;
  thumbnails: Thumbnails;
  previews: Previews;
  search: Search;
  concepts: ConceptEncoder;
  ingest: IngestService;
  uploads: ResponseUploads;
  modelUploads: ModelUploads;
  runners: RunnerService;
  sweeper: RegistrySweeper;
  /** By name of the registry, whether or not it can be used. */
  receivers: ReadonlyMap<string, { readonly isOn: boolean }>;
  /** Name of the default probe set; the oldest when undefined. */
  defaultProbeSet: string | undefined;
  /** Prefix of all paths except GraphQL, such as `/probelog` inside another server; '' in our own server. */
  basePath: string;
}
