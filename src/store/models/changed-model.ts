import { ProbelogError } from '../../errors/index.js';
import { type Viewer, visible } from '../access/viewer.js';
import { isId } from '../database/ids.js';
import type { Prisma } from '../generated/client.js';
import type { ModelModel } from '../generated/models.js';

/**
 * The model that somebody is about to change, within the transaction of the change; null when there is none that they
 * see.
 *
 * @throws ProbelogError FORBIDDEN when they see it, and it is another registry's than they may change
 */
export async function changedModel(
  tx: Pick<Prisma.TransactionClient, 'model'>,
  viewer: Viewer,
  modelId: string,
): Promise<ModelModel | null> {
  const model = await tx.model.findFirst({
    where: { id: isId(modelId), AND: visible(viewer.visibilityScope) },
  });
  if (model) checkRegistry(viewer, model.registry);
  return model;
}

/** @throws ProbelogError FORBIDDEN when a new model with this label would be one that they do not see */
export function checkLabel({ visibilityScope }: Viewer, visibility: string | null | undefined): void {
  if (visibilityScope === 'ALL' || !visibility || visibilityScope.includes(visibility)) return;
  throw new ProbelogError('FORBIDDEN', 'A model may have a label that your key or token has, and no other.');
}

/** @throws ProbelogError FORBIDDEN when a model of this registry is not theirs to change */
export function checkRegistry({ registry: own }: Viewer, registry: string | null | undefined): void {
  if (own === null || own === (registry ?? null)) return;
  throw new ProbelogError(
    'FORBIDDEN',
    `This key is for models of the registry ${own}: give them that registry, and change no others.`,
    { registry: own },
  );
}
