import { existsSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { inject } from 'vitest';
// By its path: in integration tests, the package's name leads here.
import { PGlite as EmbeddedPostgres } from '../../node_modules/@electric-sql/pglite/dist/index.js';

/** The embedded PostgreSQL, which copies a new database from the run's template instead of running initdb. */
export class PGlite extends EmbeddedPostgres {
  static override create = (async (folder: string) => {
    if (!existsSync(join(folder, 'PG_VERSION')))
      await cp(inject('embeddedTemplate'), folder, { recursive: true });
    return EmbeddedPostgres.create(folder);
  }) as unknown as typeof EmbeddedPostgres.create;
}
