import { type Viewer, visibleSql } from '../access/viewer.js';
import type { PrismaClient } from '../generated/client.js';
import type { ModelRecord } from '../records.js';

/** What is known here of a version of a registry's. */
export interface RegisteredVersion
  extends Pick<ModelRecord, 'id' | 'name' | 'version' | 'source' | 'revision' | 'status'> {
  errorCode: string | null;
  /** See `Models.notesRevision`. */
  notesRevision: number;
}

/** A registry, as its models know it. */
export interface OfRegistry {
  registry: string;
  /** Of the registry's URIs. */
  scheme: string;
}

/**
 * Versions that were read from a registry, with why the last ingest of each failed, if it did; by id, behind `after`. A
 * model that somebody else gave the registry's name to is none.
 */
export async function registeredVersions(
  prisma: PrismaClient,
  { visibilityScope }: Viewer,
  { registry, scheme }: OfRegistry,
  first: number,
  after?: string,
): Promise<RegisteredVersion[]> {
  return prisma.$queryRaw<RegisteredVersion[]>`
    SELECT m."id"::text, m."name", m."version", m."source", m."revision", m."status",
      (SELECT i."error_code" FROM "ingest" i WHERE i."model_id" = m."id"
        ORDER BY i."created_at" DESC, i."id" DESC LIMIT 1) AS "errorCode",
      COALESCE((SELECT n."revision" FROM "model_notes" n WHERE n."model_id" = m."id"), 0) AS "notesRevision"
    FROM "model" m
    WHERE ${visibleSql(visibilityScope, 'm')}
      AND m."registry" = ${registry} AND starts_with(m."source", ${`${scheme}:`}) AND m."id" > ${after ?? '00000000-0000-0000-0000-000000000000'}::uuid
    ORDER BY m."id" LIMIT ${first}`;
}
