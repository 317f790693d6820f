import { type VisibilityScope, visible } from '../access/viewer.js';
import { isId, validIds } from '../database/ids.js';
import type { Prisma, PrismaClient } from '../generated/client.js';

/** A model version's tags and aliases in its registry. */
export interface Annotations {
  tags: Readonly<Record<string, string>>;
  aliases: readonly string[];
}

/** Versions of a registry's model; all of them without `version`. */
interface Versions {
  registry: string;
  name: string;
  version?: string;
}

/** The annotations of some models, by model id; models without any are left out. */
export async function findAnnotations(
  prisma: PrismaClient | Prisma.TransactionClient,
  modelIds: readonly string[],
  visibilityScope: VisibilityScope,
): Promise<Map<string, Annotations>> {
  const where = { modelId: { in: validIds(modelIds) }, model: visible(visibilityScope) };
  const tags = await prisma.modelTag.findMany({ where, orderBy: { key: 'asc' } });
  const aliases = await prisma.modelAlias.findMany({ where, orderBy: { alias: 'asc' } });
  const found = new Map<string, { tags: Record<string, string>; aliases: string[] }>();
  const entry = (modelId: string) => {
    const existing = found.get(modelId);
    if (existing) return existing;
    // Without a prototype, a tag named `__proto__` is a tag like any other.
    const created = { tags: Object.create(null) as Record<string, string>, aliases: [] as string[] };
    found.set(modelId, created);
    return created;
  };
  for (const { modelId, key, value } of tags) entry(modelId).tags[key] = value;
  for (const { modelId, alias } of aliases) entry(modelId).aliases.push(alias);
  return found;
}

/** How often a version's annotations were written. Read it before reading annotations from the registry. */
export async function annotationsRevision(prisma: PrismaClient, modelId: string): Promise<number> {
  const row = await prisma.annotations.findFirst({ where: { modelId: isId(modelId) } });
  return row?.revision ?? 0;
}

/** Sets a tag, or removes it when `value` is null, within a transaction. @returns false when the version is not registered */
export async function setTag(
  tx: Prisma.TransactionClient,
  { key, value, ...versions }: Required<Versions> & { key: string; value: string | null },
): Promise<boolean> {
  const [model] = await lockAnnotations(tx, versions);
  if (!model) return false;
  const { modelId } = model;
  await incrementRevisions(tx, [modelId]);
  await tx.modelTag.deleteMany({ where: { modelId, key } });
  if (value !== null) await tx.modelTag.create({ data: { modelId, key, value } });
  return true;
}

/**
 * Gives an alias to one version and removes it from all others of the same model, within a transaction.
 *
 * @param version null to remove the alias from all versions
 * @returns false when the version is not registered
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
  const models = await lockAnnotations(tx, { registry, name });
  const ids = models.map(({ modelId }) => modelId);
  // For every version: annotations that were read of any of them before may include the alias.
  await incrementRevisions(tx, ids);
  const { count } = await tx.modelAlias.deleteMany({ where: { alias, modelId: { in: ids } } });
  if (version === null) return count > 0;
  const model = models.find((candidate) => candidate.version === version);
  if (model) await tx.modelAlias.create({ data: { modelId: model.modelId, alias } });
  return model !== undefined;
}

/**
 * Replaces a version's annotations by those read from its registry, within a transaction, unless they were written since: an
 * event that came after the reading is newer. Other versions of the model only lose the aliases that this version has.
 *
 * @param revision {@link annotationsRevision} from before the reading
 * @returns false when the version is not registered, or its annotations were written since
 */
export async function replaceAnnotations(
  tx: Prisma.TransactionClient,
  { registry, name, version }: Required<Versions>,
  { tags, aliases }: Annotations,
  revision: number,
): Promise<boolean> {
  const models = await lockAnnotations(tx, { registry, name });
  const model = models.find((candidate) => candidate.version === version);
  if (!model || model.revision !== revision) return false;
  const { modelId } = model;
  await tx.modelTag.deleteMany({ where: { modelId } });
  const data = Object.entries(tags).map(([key, value]) => ({ modelId, key, value }));
  await tx.modelTag.createMany({ data });
  const given = new Set(aliases);
  const ids = models.map((locked) => locked.modelId);
  const held = await tx.modelAlias.findMany({ where: { modelId: { in: ids } } });
  const moved = held.filter((row) => row.modelId !== modelId && given.has(row.alias));
  for (const { modelId: from, alias } of moved) {
    await tx.modelAlias.deleteMany({ where: { modelId: from, alias } });
  }
  await tx.modelAlias.deleteMany({ where: { modelId } });
  await tx.modelAlias.createMany({ data: [...given].map((alias) => ({ modelId, alias })) });
  await incrementRevisions(tx, [modelId, ...moved.map((row) => row.modelId)]);
  return true;
}

/** A version whose annotations are locked. */
interface LockedAnnotations {
  modelId: string;
  version: string;
  /** How often its annotations were written. */
  revision: number;
}

/** Locks the annotations of some versions. It creates missing rows first. See `lockIngests` for the order of locks. */
async function lockAnnotations(
  tx: Prisma.TransactionClient,
  { registry, name, version }: Versions,
): Promise<LockedAnnotations[]> {
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

/** Makes annotations that were read of these versions before too old to be written. The annotations are locked. */
async function incrementRevisions(tx: Prisma.TransactionClient, modelIds: readonly string[]): Promise<void> {
  await tx.annotations.updateMany({
    where: { modelId: { in: [...new Set(modelIds)] } },
    data: { revision: { increment: 1 } },
  });
}
