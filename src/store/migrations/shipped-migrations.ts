import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = 'prisma/migrations';

/** One SQL migration. */
export interface Migration {
  name: string;
  sql: string;
  /** SHA-256 of its file, as Prisma records it. */
  checksum: string;
}

/** The migrations of this release, in order. Each is a folder with a `migration.sql`, and the names sort in order. */
export async function shippedMigrations(): Promise<Migration[]> {
  const folder = migrationsFolder();
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const bytes = await readFile(join(folder, name, 'migration.sql'));
      return {
        name,
        sql: bytes.toString('utf8'),
        checksum: createHash('sha256').update(bytes).digest('hex'),
      };
    }),
  );
}

/** The build is one folder deeper than the sources. */
function migrationsFolder(): string {
  const root = import.meta.url.endsWith('.ts') ? '../../../' : '../../../../';
  return fileURLToPath(new URL(root + FOLDER, import.meta.url));
}
