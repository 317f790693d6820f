import { mkdir } from 'node:fs/promises';
import { PGlite } from '@electric-sql/pglite';
import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaPGlite } from 'pglite-prisma-adapter';
import { PrismaClient } from './generated/client.js';

/** The SQL that `prisma migrate` would make. */
const TABLES = `CREATE TABLE IF NOT EXISTS "RegisteredModel" (
  "id" TEXT PRIMARY KEY, "name" TEXT NOT NULL, "version" TEXT NOT NULL, "owner" TEXT NOT NULL,
  "description" TEXT, "file" TEXT NOT NULL, "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  UNIQUE ("name", "version"))`;

/** The registry's own tables: on a PostgreSQL server, or in a folder of this machine. */
export async function openDatabase({ url, folder }: { url?: string; folder: string }): Promise<PrismaClient> {
  await mkdir(folder, { recursive: true });
  const adapter = url ? new PrismaPg(url) : new PrismaPGlite(await PGlite.create(folder));
  const prisma = new PrismaClient({ adapter });
  await prisma.$executeRawUnsafe(TABLES);
  return prisma;
}
