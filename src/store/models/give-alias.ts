import { audit, modelSubject } from '../access/audit.js';
import type { Actor } from '../access/viewer.js';
import type { Prisma } from '../generated/client.js';
import { setAlias } from './annotations.js';
import type { DeliveredChange } from './apply-change.js';

/**
 * Gives a version the alias that came with its registration, within a transaction, also when the registration itself was
 * recorded before: an alias goes back and forth between versions, and who sends it gives no time to tell which is the later.
 *
 * @returns whether anything changed
 */
export async function giveAlias(
  tx: Prisma.TransactionClient,
  registry: string,
  change: DeliveredChange,
  actor: Actor,
): Promise<boolean> {
  if (change.kind !== 'REGISTER' || change.alias === undefined) return false;
  const { alias } = change;
  const { name, version } = change.ingest;
  const has = await tx.modelAlias.findFirst({ where: { alias, model: { registry, name, version } } });
  if (has !== null || !(await setAlias(tx, { registry, name, alias, version }))) return false;
  const model = await tx.model.findFirst({ where: { registry, name, version }, select: { id: true } });
  await audit(
    tx,
    { actor },
    {
      action: 'MODEL_ANNOTATED',
      subject: modelSubject({ name, version }),
      modelId: model?.id,
      details: { alias },
    },
  );
  return true;
}
