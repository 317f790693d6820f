import { messageOf, ProbelogError } from '../errors/index.js';
import type { ListedVersion, ListingPart, Plan, RegistryReader } from '../registries/index.js';
import type { RegisteredVersion, Store } from '../store/index.js';
import { diffAnnotations } from './diff-annotations.js';
import { SweepFailures } from './sweep-failures.js';

const PAGE = 500;

/** Failures that are no fault of the version's: what was away, or not configured, may be there now. */
const WORTH_ANOTHER_TRY = ['SOURCE_UNREACHABLE', 'SOURCE_TIMEOUT', 'SOURCE_UNSUPPORTED'];

/** What a sweep of one registry found and did; names are `name@version`. */
export interface SweepReport {
  registry: string;
  /** Nothing was changed: this is what would have been. */
  dryRun: boolean;
  startedAt: Date;
  finishedAt: Date;
  /** Versions in the registry's list. */
  listed: number;
  /** Were missing here, or had failed for want of a connection: queued. */
  ingested: string[];
  /** Have other content under the same name: queued. */
  changed: string[];
  /** Are gone from the registry: removed. */
  removed: string[];
  /** Have other tags or aliases: taken over. */
  annotated: string[];
  /** Cannot be registered here: a name or version that is too long, for example. */
  refused: string[];
  /** What could not be read, and why; null when everything was. What that is about was left as it is. */
  error: string | null;
}

/** What a sweep needs. */
export interface SweepDependencies {
  store: { models: Pick<Store['models'], 'ofRegistry' | 'notes'> };
  /** Makes a change, under the rules of a webhook delivery; false when there was nothing to do. */
  apply(registry: string, plan: Plan): Promise<boolean>;
}

/** How a sweep is made. */
export interface SweepOptions {
  dryRun: boolean;
  signal?: AbortSignal;
}

/**
 * Brings the models of one registry in line with its list: what is missing is registered, what has changed is probed again,
 * what is gone is removed. Only models of that registry are touched.
 *
 * What fails in one part of the list, or for one model, is reported, and keeps nothing from the others.
 *
 * Models are removed only after that part of the list ended well, when they were registered before it was begun, when it would have had
 * them, and when the registry says of each alone that it is not there: a list may break off, or shift while it is read.
 */
export async function sweepRegistry(
  reader: RegistryReader,
  { dryRun, signal }: SweepOptions,
  { store: { models }, apply }: SweepDependencies,
): Promise<SweepReport> {
  const { name: registry, listing } = reader;
  const report: SweepReport = {
    registry,
    dryRun,
    startedAt: new Date(),
    finishedAt: new Date(),
    listed: 0,
    ingested: [],
    changed: [],
    removed: [],
    annotated: [],
    refused: [],
    error: null,
  };
  if (listing === null) return { ...report, error: 'The settings name nothing of it that could be listed.' };
  const change = async (done: string[], { name, version }: { name: string; version: string }, plan: Plan) => {
    signal?.throwIfAborted();
    try {
      if (dryRun || (await apply(registry, plan))) done.push(`${name}@${version}`);
    } catch (thrown) {
      if (!(thrown instanceof ProbelogError) || thrown.code !== 'INPUT_INVALID') throw thrown;
      report.refused.push(`${name}@${version}`);
    }
  };
  const failures = new SweepFailures(signal);
  try {
    const known = await knownVersions(models, { registry, scheme: reader.scheme });
    const listed = new Map<string, ListedVersion>();
    const whole: ListingPart[] = [];
    for (const part of listing.parts) {
      await failures.of(part.name, async () => {
        for await (const version of part.versions(signal)) listed.set(keyOf(version), version);
        whole.push(part);
      });
      report.listed = listed.size;
    }

    for (const [key, version] of listed) {
      const model = known.get(key);
      if (version.isModel && (model === undefined || isWorthAnotherTry(model))) {
        await change(report.ingested, version, registration(version, false));
      } else if (version.isModel && model && hasChanged(model, version)) {
        await change(report.changed, version, registration(version, true));
      }
    }

    const names = new Set([...listed.values()].map(({ name }) => name));
    for (const [key, model] of known) {
      const { name, version, source } = model;
      if (listed.has(key) || !whole.some((part) => part.covers(name))) continue;
      if (listing.standsForOlder && names.has(name)) continue;
      const isThere = await failures.of(name, () => listing.exists(source, signal));
      if (isThere === false) await change(report.removed, model, { kind: 'REMOVE', name, version });
    }

    for (const { model, notes } of await diffAnnotations(models, known, listed)) {
      const { name, version, notesRevision: revision } = model;
      await change(report.annotated, model, { kind: 'NOTES', name, version, notes, revision });
    }
  } catch (thrown) {
    failures.add(messageOf(thrown));
  }
  return { ...report, error: failures.summary, finishedAt: new Date() };
}

/** As they were before the list: what is registered while it is read is not missing from it. */
async function knownVersions(
  models: Pick<Store['models'], 'ofRegistry'>,
  of: { registry: string; scheme: string },
): Promise<Map<string, RegisteredVersion>> {
  const known = new Map<string, RegisteredVersion>();
  for (let after: string | undefined; ; ) {
    const page = await models.ofRegistry(of, PAGE, after);
    for (const model of page) known.set(keyOf(model), model);
    if (page.length < PAGE) return known;
    after = page.at(-1)?.id;
  }
}

function isWorthAnotherTry({ status, errorCode }: RegisteredVersion): boolean {
  return status === 'FAILED' && errorCode !== null && WORTH_ANOTHER_TRY.includes(errorCode);
}

/** What was never read has no content yet that could be another one. */
function hasChanged(model: RegisteredVersion, { revision }: ListedVersion): boolean {
  return revision !== null && model.revision !== null && model.revision !== revision;
}

function registration({ name, version, source }: ListedVersion, updated: boolean): Plan {
  return { kind: 'REGISTER', name, version, source, updated };
}

function keyOf({ name, version }: { name: string; version: string }): string {
  return JSON.stringify([name, version]);
}
