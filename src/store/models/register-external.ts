import { ProbelogError } from '../../errors/index.js';
import { audit } from '../access/audit.js';
import { type Viewer, visible } from '../access/viewer.js';
import { newId } from '../database/ids.js';
import type { PrismaClient } from '../generated/client.js';
import type { ModelRecord } from '../records.js';
import { checkLabel, checkRegistry } from './changed-model.js';
import { EXTERNAL_SOURCE } from './external-model.js';
import { modelRecord } from './model-record.js';
import { registered } from './register-version.js';

/** A model version that never comes here: its responses do. */
export interface ExternalModel {
  name: string;
  version: string;
  labels: string[] | null;
  probeSetId: string;
  licence: string | null;
  registry: string | null;
  visibility: string | null;
}

/**
 * Registers a model version without an ingest: it waits for its responses. A version whose ingest failed before it ever
 * became visible is taken up again.
 *
 * @throws ProbelogError MODEL_EXISTS, PROBE_SET_UNKNOWN
 */
export async function registerExternal(
  prisma: PrismaClient,
  viewer: Viewer,
  { name, version, labels, ...model }: ExternalModel,
): Promise<ModelRecord> {
  const described = {
    ...model,
    source: EXTERNAL_SOURCE,
    labels: labels ?? [],
    hasLabels: labels !== null,
    status: 'PENDING' as const,
    fileDigest: null,
    fileBytes: null,
    revision: null,
  };
  checkRegistry(viewer, model.registry);
  checkLabel(viewer, model.visibility);
  try {
    return await prisma.$transaction(async (tx) => {
      const existing = await tx.model.findFirst({
        where: { name, version, AND: visible(viewer.visibilityScope) },
      });
      if (existing) checkRegistry(viewer, existing.registry);
      // As in `registerVersion`: to take a version up again opens it to nobody.
      const visibility = model.visibility ?? existing?.visibility ?? null;
      const row = existing
        ? await tx.model.update({
            where: { id: existing.id, status: 'FAILED' },
            data: { ...described, visibility },
          })
        : await tx.model.create({ data: { ...described, id: newId(), name, version } });
      await audit(tx, viewer, registered(row));
      return modelRecord(row);
    });
  } catch (thrown) {
    const { code } = thrown as { code?: string };
    if (code === 'P2003') throw new ProbelogError('PROBE_SET_UNKNOWN', 'The probe set was removed.');
    if (code === 'P2002' || code === 'P2025') throw alreadyRegistered(name, version);
    throw thrown;
  }
}

function alreadyRegistered(name: string, version: string): ProbelogError {
  return new ProbelogError(
    'MODEL_EXISTS',
    `${name} ${version} is registered already. Upload to it if it is not probed here, take another version, or remove it first.`,
    { name, version },
  );
}
