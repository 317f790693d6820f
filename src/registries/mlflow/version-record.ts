import { z } from 'zod';
import type { Annotations } from '../../store/index.js';

export const versionRecord = z.object({
  name: z.string(),
  version: z.union([z.string(), z.int().transform(String)]),
  creation_timestamp: z.union([z.string(), z.number().transform(String)]).nullish(),
  source: z.string().nullish(),
  run_id: z.string().nullish(),
  status: z.string().nullish(),
  tags: z.array(z.object({ key: z.string(), value: z.string().nullish() })).nullish(),
  aliases: z.array(z.string()).nullish(),
});

/** MLflow's record of a version: the fields that we use. */
export type VersionRecord = z.output<typeof versionRecord>;

/** After a version is deleted, its number can be given again; the new version then has another creation time. */
export function revisionOf({ creation_timestamp: created, run_id: runId }: VersionRecord): string | null {
  return created ? `${created} ${runId ?? ''}`.trimEnd() : null;
}

export function annotationsOf({ tags, aliases }: Pick<VersionRecord, 'tags' | 'aliases'>): Annotations {
  return {
    tags: Object.fromEntries((tags ?? []).map(({ key, value }) => [storable(key), storable(value ?? '')])),
    aliases: (aliases ?? []).map(storable),
  };
}

/** Replaces what PostgreSQL cannot store: U+0000 and unpaired surrogates. */
export function storable(text: string): string {
  return text.replace(/\0|\p{Cs}/gu, '\ufffd');
}

export function isReady({ status }: VersionRecord): boolean {
  return !status || status === 'READY';
}

/**
 * The folder of a version's files in its run, as far as its record shows; null when it does not. The person who registered
 * the version chose `source`, so it is only read as a path within that run.
 */
export function runPath({ source, run_id: runId }: Pick<VersionRecord, 'source' | 'run_id'>): string | null {
  if (!source || !isId(runId)) return null;
  const prefix = `/${runId}/artifacts/`;
  const start = source.indexOf(prefix);
  return start === -1 ? null : pathWithin(source.slice(start + prefix.length));
}

/** The path that a source `runs:/<run>/<path>` names in the version's own run; null for any other source. */
export function runFolder({
  source,
  run_id: runId,
}: Pick<VersionRecord, 'source' | 'run_id'>): string | null {
  const prefix = `runs:/${runId}/`;
  return isId(runId) && source?.startsWith(prefix) ? pathWithin(source.slice(prefix.length)) : null;
}

/** The id of the logged model that a source `models:/m-…` names; null for any other source. */
export function loggedModelOf(source: string): string | null {
  return /^models:\/(m-[\w-]{1,64})$/.exec(source)?.[1] ?? null;
}

/** Null for a path that could lead out of its folder. */
function pathWithin(text: string): string | null {
  const path = text.replace(/\/+$/, '');
  const isSafe = path.length <= 1_000 && !/[\\\p{Cc}]/u.test(path);
  return isSafe && path.split('/').every((part) => part !== '' && !/^\.+$/.test(part)) ? path : null;
}

function isId(text: string | null | undefined): text is string {
  return typeof text === 'string' && /^[\w-]{1,64}$/.test(text);
}
