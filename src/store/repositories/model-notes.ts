import type { Prisma, PrismaClient } from '../generated/client.js';
import { validIds } from '../ids.js';
import { type Sight, seen } from '../viewer.js';

/** What people say of a model version in its registry. */
export interface ModelNotes {
  tags: Readonly<Record<string, string>>;
  aliases: readonly string[];
}

/** The notes of some models; one without any is left out. */
export async function notesOf(
  prisma: PrismaClient | Prisma.TransactionClient,
  modelIds: readonly string[],
  sight: Sight,
): Promise<Map<string, { tags: Record<string, string>; aliases: string[] }>> {
  const where = { modelId: { in: validIds(modelIds) }, model: seen(sight) };
  const [tags, aliases] = [
    await prisma.modelTag.findMany({ where, orderBy: { key: 'asc' } }),
    await prisma.modelAlias.findMany({ where, orderBy: { alias: 'asc' } }),
  ];
  const notes = new Map<string, { tags: Record<string, string>; aliases: string[] }>();
  const of = (modelId: string) => {
    const one = notes.get(modelId) ?? {
      tags: Object.create(null) as Record<string, string>,
      aliases: [] as string[],
    };
    notes.set(modelId, one);
    return one;
  };
  for (const { modelId, key, value } of tags) of(modelId).tags[key] = value;
  for (const { modelId, alias } of aliases) of(modelId).aliases.push(alias);
  return notes;
}

/** Sets a tag, or takes it away, within a transaction. */
export async function setTag(
  tx: Prisma.TransactionClient,
  modelId: string,
  key: string,
  value: string | null,
): Promise<void> {
  await tx.modelTag.deleteMany({ where: { modelId, key } });
  if (value !== null) await tx.modelTag.create({ data: { modelId, key, value } });
}

/**
 * Gives an alias to one version, and takes it from all others of the same model, within a transaction.
 *
 * @param version null: to none
 * @returns false when no such version is registered
 */
export async function setAlias(
  tx: Prisma.TransactionClient,
  {
    registry,
    name,
    alias,
    version,
  }: { registry: string; name: string; alias: string; version: string | null },
): Promise<boolean> {
  const { count } = await tx.modelAlias.deleteMany({ where: { alias, model: { registry, name } } });
  if (version === null) return count > 0;
  const model = await tx.model.findFirst({ where: { registry, name, version }, select: { id: true } });
  if (model) await tx.modelAlias.create({ data: { modelId: model.id, alias } });
  return model !== null;
}

/** Makes a version's notes these, within a transaction. */
export async function replaceNotes(
  tx: Prisma.TransactionClient,
  { id, registry, name, version }: { id: string; registry: string; name: string; version: string },
  { tags, aliases }: ModelNotes,
): Promise<void> {
  await tx.modelTag.deleteMany({ where: { modelId: id } });
  const data = Object.entries(tags).map(([key, value]) => ({ modelId: id, key, value }));
  await tx.modelTag.createMany({ data });
  await tx.modelAlias.deleteMany({ where: { modelId: id } });
  for (const alias of new Set(aliases)) await setAlias(tx, { registry, name, alias, version });
}
