import { messageOf, ProbelogError } from '../errors/index.js';
import { inTurns } from '../lib/in-turns.js';
import {
  isChosen,
  type ListedVersion,
  type ListingPart,
  type RegistryReader,
  type VersionChoice,
} from '../registries/index.js';
import type { ModelChange, RegisteredVersion, Store, SweepRecord, SweptVersions } from '../store/index.js';
import { diffAnnotations } from './diff-annotations.js';
import { indexListed } from './index-listed.js';
import { SweepFailures } from './sweep-failures.js';
import { keyOf } from './version-key.js';

const PAGE_SIZE = 500;

/** A registry's first sweep may find a million versions, so the record keeps only the first names, and the number. */
const MAX_RECORDED_NAMES = 1_000;

/** Failures without a fault of the version: the source was unreachable or not configured, and may be available now. */
const RETRYABLE = ['SOURCE_UNREACHABLE', 'SOURCE_TIMEOUT', 'SOURCE_UNSUPPORTED'];

/** The findings of one registry's sweep, and what it did. Versions are written as `name@version`. */
export interface SweepReport {
  registry: string;
  /** Whether the sweep only reported and changed nothing. */
  dryRun: boolean;
  startedAt: Date;
  finishedAt: Date;
  /** Versions in the registry's list. */
  listed: number;
  /** Missing here, or failed because the registry was unavailable: queued. */
  ingested: string[];
  /** With new content under the same name: queued. */
  changed: string[];
  /** Renamed in the registry, by their new names: renamed. */
  renamed: string[];
  /** Deleted from the registry, or no longer chosen: removed. */
  removed: string[];
  /** With other tags or aliases: updated. */
  annotated: string[];
  /** Impossible to register here, for example because the name is too long. */
  refused: string[];
  /** What could not be read, and why; null when everything was read. The affected models were left as they are. */
  error: string | null;
}

/** What a sweep needs. */
export interface SweepDependencies {
  store: { models: Pick<Store['models'], 'registeredVersions' | 'annotations'> };
  /** Makes a change by the rules of a webhook delivery; false when there was nothing to do. */
  apply(registry: string, change: ModelChange): Promise<boolean>;
  /** By registry name: which versions are taken; all where there is none. */
  choices?: Readonly<Record<string, VersionChoice>>;
}

export interface SweepOptions {
  dryRun: boolean;
  signal?: AbortSignal;
}

/**
 * Brings the models of one registry in line with its list: it renames, registers missing versions, probes changed ones again and
 * removes deleted ones and those no longer chosen. It touches only models of that registry.
 *
 * A failure in one part of the list, or for one model, is reported and does not affect the others.
 *
 * A list may break off, or shift while it is read. So a model that the list lacks is removed only when all of this holds: its part
 * of the list was read to the end, the model was registered before that, the part covers it, and the registry confirms for this
 * version alone that it does not exist. A model that the list has, and the settings do not choose, is removed without that, unless
 * they choose nothing at all.
 */
export async function sweepRegistry(
  reader: RegistryReader,
  { dryRun, signal }: SweepOptions,
  { store: { models }, apply, choices = {} }: SweepDependencies,
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
    renamed: [],
    removed: [],
    annotated: [],
    refused: [],
    error: null,
  };
  if (listing === null)
    return { ...report, error: 'The settings name nothing to list. See docs/registries.' };
  const make = async (
    changed: string[],
    { name, version }: { name: string; version: string },
    change: ModelChange,
  ) => {
    signal?.throwIfAborted();
    try {
      if (dryRun || (await apply(registry, change))) changed.push(`${name}@${version}`);
    } catch (thrown) {
      if (!(thrown instanceof ProbelogError) || thrown.code !== 'INPUT_INVALID') throw thrown;
      report.refused.push(`${name}@${version}`);
    }
  };
  const failures = new SweepFailures(signal);
  try {
    const registered = await registeredVersions(models, { registry, scheme: reader.scheme });
    const listed = new Map<string, ListedVersion>();
    const completeParts: ListingPart[] = [];
    for (const part of listing.parts) {
      await failures.collect(part.name, async () => {
        for await (const version of part.versions(signal)) listed.set(keyOf(version), version);
        completeParts.push(part);
      });
      report.listed = listed.size;
    }

    const names = new Set<string>();
    for await (const { name } of inTurns(listed.values())) names.add(name);
    const vanished = [...(await byName(registered.values()))].filter(
      ([name]) => !names.has(name) && completeParts.some((part) => part.covers(name)),
    );
    const revisions = await indexListed(
      listed,
      vanished.flatMap(([, versions]) => versions),
    );
    for await (const [name, versions] of inTurns(vanished)) {
      const newName = await failures.collect(name, async () => {
        const found = await listing.presentName(name, versions, revisions, signal);
        // The list may have shifted while it was read.
        const isRenamed =
          found !== null && names.has(found) && !(await listing.exists(versions[0].source, signal));
        return isRenamed ? found : null;
      });
      if (!newName) continue;
      const sourcePrefix = { from: listing.sourcePrefix(name), to: listing.sourcePrefix(newName) };
      const done: string[] = [];
      await make(done, { name: newName, version: '' }, { kind: 'RENAME', name, newName, sourcePrefix });
      if (done.length === 0) continue;
      for (const model of versions) {
        const { version, source } = model;
        report.renamed.push(`${newName}@${version}`);
        registered.delete(keyOf(model));
        const renamed = {
          ...model,
          name: newName,
          source: sourcePrefix.to + source.slice(sourcePrefix.from.length),
        };
        if (!registered.has(keyOf(renamed))) registered.set(keyOf(renamed), renamed);
      }
    }

    const choice = choices[registry] ?? {};
    const registeredByName = listing.listsNewestOnly ? await byName(registered.values()) : null;
    const unchosen: RegisteredVersion[] = [];
    let isAnyChosen = false;
    for await (const [key, version] of inTurns(listed)) {
      const model = registered.get(key);
      const isTaken = isChosen(choice, { name: version.name, ...version.annotations });
      if (isTaken) isAnyChosen = true;
      if (isTaken === false)
        unchosen.push(...(registeredByName?.get(version.name) ?? (model === undefined ? [] : [model])));
      if (!isTaken) continue;
      if (version.isModel && (model === undefined || isRetryable(model))) {
        await make(report.ingested, version, registration(version, false));
      } else if (version.isModel && model && hasChanged(model, version)) {
        await make(report.changed, version, registration(version, true));
      }
    }

    // Settings that choose nothing are more likely a mistake than a wish to remove everything.
    if (unchosen.length > 0 && !isAnyChosen)
      failures.add(
        `The settings choose none of the ${listed.size} listed versions, so the ${unchosen.length} that are registered stay.`,
      );
    else
      for (const model of unchosen) {
        const { name, version } = model;
        registered.delete(keyOf(model));
        await make(report.removed, model, { kind: 'REMOVE', name, version });
      }

    for await (const [key, model] of inTurns(registered)) {
      const { name, version, source } = model;
      if (listed.has(key) || !completeParts.some((part) => part.covers(name))) continue;
      if (listing.listsNewestOnly && names.has(name)) continue;
      const exists = await failures.collect(name, () => listing.exists(source, signal));
      if (exists === false) await make(report.removed, model, { kind: 'REMOVE', name, version });
    }

    for (const { model, annotations } of await diffAnnotations(models, registered, listed)) {
      const { name, version, annotationsRevision: revision } = model;
      await make(report.annotated, model, { kind: 'ANNOTATE', name, version, annotations, revision });
    }
  } catch (thrown) {
    failures.add(messageOf(thrown));
  }
  return { ...report, error: failures.summary, finishedAt: new Date() };
}

/** A report as it is stored and shown: with the first names only. */
export function toSweepRecord(report: SweepReport): SweepRecord {
  return {
    ...report,
    ingested: recordedNames(report.ingested),
    changed: recordedNames(report.changed),
    renamed: recordedNames(report.renamed),
    removed: recordedNames(report.removed),
    annotated: recordedNames(report.annotated),
    refused: recordedNames(report.refused),
  };
}

function recordedNames(names: readonly string[]): SweptVersions {
  return { count: names.length, names: names.slice(0, MAX_RECORDED_NAMES) };
}

/** Read before the list: a version that is registered while the list is read may be missing from it. */
async function registeredVersions(
  models: Pick<Store['models'], 'registeredVersions'>,
  registry: { registry: string; scheme: string },
): Promise<Map<string, RegisteredVersion>> {
  const registered = new Map<string, RegisteredVersion>();
  for (let after: string | undefined; ; ) {
    const page = await models.registeredVersions(registry, PAGE_SIZE, after);
    for (const model of page) registered.set(keyOf(model), model);
    if (page.length < PAGE_SIZE) return registered;
    after = page.at(-1)?.id;
  }
}

async function byName(models: Iterable<RegisteredVersion>): Promise<Map<string, RegisteredVersion[]>> {
  const groups = new Map<string, RegisteredVersion[]>();
  for await (const model of inTurns(models)) {
    const group = groups.get(model.name);
    if (group) group.push(model);
    else groups.set(model.name, [model]);
  }
  return groups;
}

function isRetryable({ status, errorCode }: RegisteredVersion): boolean {
  return status === 'FAILED' && errorCode !== null && RETRYABLE.includes(errorCode);
}

/** A version without a revision was never read, so it cannot have changed. */
function hasChanged(model: RegisteredVersion, { revision }: ListedVersion): boolean {
  return revision !== null && model.revision !== null && model.revision !== revision;
}

function registration({ name, version, source }: ListedVersion, updated: boolean): ModelChange {
  return { kind: 'REGISTER', name, version, source, updated };
}
