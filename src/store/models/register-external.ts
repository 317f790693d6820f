import { ProbelogError } from '../../errors/index.js';
import { audit } from '../access/audit.js';
import { checkRegistry, checkVisibility } from '../access/check-access.js';
import { type Viewer, visible } from '../access/viewer.js';
import type { PrismaClient } from '../generated/client.js';
import { LONG_COLUMNS, type ModelRecord, type NewVersion, toModelRecord } from '../records.js';
import { registrationAudit, saveVersion } from './register-version.js';

/** The `source` of a model version whose responses are uploaded. It cannot be mistaken for a path or URL. */
export const EXTERNAL_SOURCE = 'external';

/** A model version that runs elsewhere: only its responses are uploaded. */
export type ExternalModel = Omit<NewVersion, 'source'>;

/**
 * Registers a model version without an ingest: it waits for its responses. A version whose ingest failed before it was ever
 * published is reused.
 *
 * @throws ProbelogError MODEL_EXISTS, PROBE_SET_UNKNOWN
 */
export async function registerExternal(
  prisma: PrismaClient,
  viewer: Viewer,
  model: ExternalModel,
): Promise<ModelRecord> {
  const { name, version } = model;
  checkRegistry(viewer, model.registry);
  checkVisibility(viewer, model.visibility);
  try {
    return await prisma.$transaction(async (tx) => {
      const existing = await tx.model.findFirst({
        where: { name, version, AND: visible(viewer.visibilityScope) },
        omit: LONG_COLUMNS,
      });
      if (existing) checkRegistry(viewer, existing.registry);
      const row = await saveVersion(tx, existing, { ...model, source: EXTERNAL_SOURCE });
      await audit(tx, viewer, registrationAudit(row));
      return toModelRecord(row);
    });
  } catch (thrown) {
    const { code } = thrown as { code?: string };
    if (code === 'P2003') throw new ProbelogError('PROBE_SET_UNKNOWN', 'The probe set was removed.');
    if (code === 'P2002' || code === 'P2025') throw alreadyRegistered(name, version);
    throw thrown;
  }
}

/** The error for probing a version whose responses are uploaded. */
export function modelExternal(): ProbelogError {
  return new ProbelogError(
    'MODEL_EXTERNAL',
    'The model is not on this server, so it cannot be probed here. Upload new responses instead.',
  );
}

function alreadyRegistered(name: string, version: string): ProbelogError {
  return new ProbelogError(
    'MODEL_EXISTS',
    `${name} ${version} is already registered. Upload to it if it is not probed here, choose another version, or remove it first.`,
    { name, version },
  );
}
