import { type VisibilityScope, visible } from '../access/viewer.js';
import { isId, validIds } from '../database/ids.js';
import type { Prisma, PrismaClient } from '../generated/client.js';

/** What people say of a model version in its registry. */
export interface ModelNotes {
  tags: Readonly<Record<string, string>>;
  aliases: readonly string[];
}

/** Versions of a registry's model; all of them without `version`. */
interface Versions {
  registry: string;
  name: string;
  version?: string;
}

/** The notes of some models; one without any is left out. */
export async function notesOf(
  prisma: PrismaClient | Prisma.TransactionClient,
  modelIds: readonly string[],
  visibilityScope: VisibilityScope,
): Promise<Map<string, { tags: Record<string, string>; aliases: string[] }>> {
  const where = { modelId: { in: validIds(modelIds) }, model: visible(visibilityScope) };
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

/** How often a version's notes were written. Whoever reads them from the registry asks for this before. */
export async function notesRevisionOf(prisma: PrismaClient, modelId: string): Promise<number> {
  const row = await prisma.modelNotes.findFirst({ where: { modelId: isId(modelId) } });
  return row?.revision ?? 0;
}

/** Sets a tag, or takes it away, within a transaction. @returns false when no such version is registered */
export async function setTag(
  tx: Prisma.TransactionClient,
  { key, value, ...versions }: Required<Versions> & { key: string; value: string | null },
): Promise<boolean> {
  const [model] = await lockNotes(tx, versions);
  if (!model) return false;
  const { modelId } = model;
  await countWriting(tx, [modelId]);
  await tx.modelTag.deleteMany({ where: { modelId, key } });
  if (value !== null) await tx.modelTag.create({ data: { modelId, key, value } });
  return true;
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
  const models = await lockNotes(tx, { registry, name });
  const ids = models.map(({ modelId }) => modelId);
  // Of every version: what was read of any of them before may say that it has the alias.
  await countWriting(tx, ids);
  const { count } = await tx.modelAlias.deleteMany({ where: { alias, modelId: { in: ids } } });
  if (version === null) return count > 0;
  const model = models.find((one) => one.version === version);
  if (model) await tx.modelAlias.create({ data: { modelId: model.modelId, alias } });
  return model !== undefined;
}

/**
 * Makes a version's notes those that were read from its registry, within a transaction, unless they were written since: an
 * event that came meanwhile is newer than what was read. For other versions nothing changes but that they lose the aliases that
 * this one has.
 *
 * @param revision from before they were read
 * @returns false when there is no such version, or they were written since
 */
export async function replaceNotes(
  tx: Prisma.TransactionClient,
  { registry, name, version }: Required<Versions>,
  { tags, aliases }: ModelNotes,
  revision: number,
): Promise<boolean> {
  const models = await lockNotes(tx, { registry, name });
  const model = models.find((one) => one.version === version);
  if (!model || model.revision !== revision) return false;
  const { modelId } = model;
  await tx.modelTag.deleteMany({ where: { modelId } });
  const data = Object.entries(tags).map(([key, value]) => ({ modelId, key, value }));
  await tx.modelTag.createMany({ data });
  const given = new Set(aliases);
  const held = await tx.modelAlias.findMany({ where: { modelId: { in: models.map((one) => one.modelId) } } });
  const taken = held.filter((one) => one.modelId !== modelId && given.has(one.alias));
  for (const { modelId: from, alias } of taken) {
    await tx.modelAlias.deleteMany({ where: { modelId: from, alias } });
  }
  await tx.modelAlias.deleteMany({ where: { modelId } });
  await tx.modelAlias.createMany({ data: [...given].map((alias) => ({ modelId, alias })) });
  await countWriting(tx, [modelId, ...taken.map((one) => one.modelId)]);
  return true;
}

/** A version whose notes are locked. */
interface LockedNotes {
  modelId: string;
  version: string;
  /** How often they were written. */
  revision: number;
}

/** Locks the notes of some versions, and makes their row where there is none. See `lockIngests` for the order. */
async function lockNotes(
  tx: Prisma.TransactionClient,
  { registry, name, version }: Versions,
): Promise<LockedNotes[]> {
  const models = await tx.$queryRaw<{ modelId: string; version: string }[]>`
    SELECT "id"::text AS "modelId", "version" FROM "model"
    WHERE "registry" = ${registry} AND "name" = ${name} AND (${version ?? null}::text IS NULL OR "version" = ${version ?? null})
    ORDER BY "id" FOR KEY SHARE`;
  const ids = models.map(({ modelId }) => modelId);
  const rows = await tx.$queryRaw<{ modelId: string; revision: number }[]>`
    INSERT INTO "model_notes" ("model_id", "revision")
    SELECT "id", 0 FROM unnest(${ids}::uuid[]) AS "id" ORDER BY "id"
    ON CONFLICT ("model_id") DO UPDATE SET "revision" = "model_notes"."revision"
    RETURNING "model_id"::text AS "modelId", "revision"`;
  const revisions = new Map(rows.map((row) => [row.modelId, row.revision]));
  return models.map((model) => ({ ...model, revision: revisions.get(model.modelId) ?? 0 }));
}

/** What anybody read of these versions before is not to be written any more. Their notes are locked. */
async function countWriting(tx: Prisma.TransactionClient, modelIds: readonly string[]): Promise<void> {
  await tx.modelNotes.updateMany({
    where: { modelId: { in: [...new Set(modelIds)] } },
    data: { revision: { increment: 1 } },
  });
}
