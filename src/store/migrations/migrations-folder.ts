import { fileURLToPath } from 'node:url';

const MIGRATIONS = 'prisma/migrations';

/** Where the shipped migrations are: beside the sources, or one folder further from the build. */
export function migrationsFolder(): string {
  const root = import.meta.url.endsWith('.ts') ? '../../../' : '../../../../';
  return fileURLToPath(new URL(root + MIGRATIONS, import.meta.url));
}
