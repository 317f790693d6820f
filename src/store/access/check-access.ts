import { ProbelogError } from '../../errors/index.js';
import { isId } from '../database/ids.js';
import type { Prisma } from '../generated/client.js';
import type { ModelModel } from '../generated/models.js';
import { LONG_COLUMNS } from '../records.js';
import { type Viewer, visible } from './viewer.js';

/**
 * The model that a viewer is about to change, within the transaction of the change; null when it does not exist or the
 * viewer does not see it.
 *
 * @throws ProbelogError FORBIDDEN when the viewer sees it but may not change models of its registry
 */
export async function findChangeable(
  tx: Pick<Prisma.TransactionClient, 'model'>,
  viewer: Viewer,
  modelId: string,
): Promise<Omit<ModelModel, keyof typeof LONG_COLUMNS> | null> {
  const model = await tx.model.findFirst({
    where: { id: isId(modelId), AND: visible(viewer.visibilityScope) },
    omit: LONG_COLUMNS,
  });
  if (model) checkRegistry(viewer, model.registry);
  return model;
}

/** @throws ProbelogError FORBIDDEN when the viewer would not see a new model with this visibility label */
export function checkVisibility({ visibilityScope }: Viewer, visibility: string | null | undefined): void {
  if (visibilityScope === 'ALL' || !visibility || visibilityScope.includes(visibility)) return;
  throw new ProbelogError(
    'FORBIDDEN',
    'Your key or token does not have this visibility label. Use one of its own labels.',
  );
}

/** @throws ProbelogError FORBIDDEN when the viewer may not change models of this registry */
export function checkRegistry({ registry: own }: Viewer, registry: string | null | undefined): void {
  if (own === null || own === (registry ?? null)) return;
  throw new ProbelogError(
    'FORBIDDEN',
    `This key can change only models of the registry ${own}. Set their registry to ${own}.`,
    { registry: own },
  );
}
