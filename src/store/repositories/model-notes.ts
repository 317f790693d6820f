import type { Prisma, PrismaClient } from '../generated/client.js';
import { isId, validIds } from '../ids.js';
import { type Sight, seen } from '../viewer.js';

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
  return moveAlias(tx, models, alias, version);
}

/**
 * Makes a version's notes those that were read from its registry, within a transaction, unless they were written since: an
 * event that came meanwhile is newer than what was read.
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
  await tx.modelAlias.deleteMany({ where: { modelId } });
  for (const alias of new Set(aliases)) await moveAlias(tx, models, alias, version);
  return true;
}

/** A version whose notes are locked. */
interface LockedNotes {
  modelId: string;
  version: string;
  /** How often they were written before. */
  revision: number;
}

/** Locks the notes of some versions and counts that they are written. See `lockIngests` for the order. */
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
    SELECT "id", 1 FROM unnest(${ids}::uuid[]) AS "id" ORDER BY "id"
    ON CONFLICT ("model_id") DO UPDATE SET "revision" = "model_notes"."revision" + 1
    RETURNING "model_id"::text AS "modelId", "revision"`;
  const revisions = new Map(rows.map((row) => [row.modelId, row.revision - 1]));
  return models.map((model) => ({ ...model, revision: revisions.get(model.modelId) ?? 0 }));
}

async function moveAlias(
  tx: Prisma.TransactionClient,
  models: readonly LockedNotes[],
  alias: string,
  version: string | null,
): Promise<boolean> {
  const ids = models.map(({ modelId }) => modelId);
  const { count } = await tx.modelAlias.deleteMany({ where: { alias, modelId: { in: ids } } });
  if (version === null) return count > 0;
  const model = models.find((one) => one.version === version);
  if (model) await tx.modelAlias.create({ data: { modelId: model.modelId, alias } });
  return model !== undefined;
}
