import { ProbelogError } from '../../errors/index.js';
import type { RunnerClaimKey } from '../../ingest/index.js';
import type { LogitKey } from '../../store/index.js';

/** Types whose objects have an id. */
export type IdKind =
  | 'Model'
  | 'ModelUpload'
  | 'Logit'
  | 'Ingest'
  | 'ProbeSet'
  | 'Probe'
  | 'ApiKey'
  | 'AuditEntry'
  | 'Runner'
  | 'RunnerClaim';

const SEPARATOR = ':';
/** More than any of our ids has. */
const MAX_ID_LENGTH = 200;

/** An opaque id, unique over all types. */
export function globalId(kind: IdKind, key: string): string {
  return Buffer.from(`${kind}${SEPARATOR}${key}`).toString('base64url');
}

/** The id of a logit: the same after its model is probed again. */
export function logitId({ modelId, index }: LogitKey): string {
  return globalId('Logit', `${modelId}${SEPARATOR}${index}`);
}

/** The kind within an id; null when it is malformed. */
export function kindOf(id: string): string | null {
  const [kind, ...rest] = partsOf(id);
  return rest.length > 0 ? kind : null;
}

/** The key within an id. @throws ProbelogError ID_INVALID when it is malformed or of another kind */
export function keyOf(kind: IdKind, id: string): string {
  const [actual, ...rest] = partsOf(id);
  const key = rest.join(SEPARATOR);
  if (actual !== kind || !/^[0-9a-f-]{36}(:\d{1,9})?$/.test(key)) {
    throw new ProbelogError('ID_INVALID', `${JSON.stringify(id.slice(0, 100))} is not the id of a ${kind}.`, {
      kind,
    });
  }
  return key;
}

/** @throws ProbelogError ID_INVALID */
export function logitKeyOf(id: string): LogitKey {
  const [modelId, index] = keyOf('Logit', id).split(SEPARATOR);
  if (index === undefined)
    throw new ProbelogError('ID_INVALID', `${JSON.stringify(id.slice(0, 100))} is not the id of a Logit.`, {
      kind: 'Logit',
    });
  return { modelId, index: Number(index) };
}

/** The id of a runner's claim: an ingest and its attempt. */
export function claimId({ ingestId, attempt }: RunnerClaimKey): string {
  return globalId('RunnerClaim', `${ingestId}${SEPARATOR}${attempt}`);
}

/** @throws ProbelogError ID_INVALID */
export function claimKeyOf(id: string): RunnerClaimKey {
  const [ingestId, attempt] = keyOf('RunnerClaim', id).split(SEPARATOR);
  return { ingestId, attempt: Number(attempt ?? 0) };
}

function partsOf(id: string): string[] {
  return Buffer.from(id.slice(0, MAX_ID_LENGTH), 'base64url').toString('utf8').split(SEPARATOR);
}
