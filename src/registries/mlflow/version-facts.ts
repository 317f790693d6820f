import type { VersionNotes } from '../reader.js';
import type { VersionRecord } from './mlflow-api.js';

const READY = 'READY';

/** A number is given again after the version that had it was deleted; then it was created at another time. */
export function revisionOf({ creation_timestamp: created, run_id: runId }: VersionRecord): string | null {
  return created ? `${created} ${runId ?? ''}`.trimEnd() : null;
}

export function notesOf({ tags, aliases }: Pick<VersionRecord, 'tags' | 'aliases'>): VersionNotes {
  return {
    tags: Object.fromEntries((tags ?? []).map(({ key, value }) => [storable(key), storable(value ?? '')])),
    aliases: (aliases ?? []).map(storable),
  };
}

/** Without what no database takes: U+0000, and halves of surrogate pairs. */
export function storable(text: string): string {
  return text.replace(/\0|\p{Cs}/gu, '\ufffd');
}

export function isReady({ status }: VersionRecord): boolean {
  return !status || status === READY;
}
