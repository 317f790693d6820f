import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
// By its path: in integration tests, the package's name leads here.
import {
  PGlite as EmbeddedPostgres,
  type PGliteOptions,
} from '../../node_modules/@electric-sql/pglite/dist/index.js';

/** The embedded PostgreSQL. A new data folder is a copy of the run's template, so that no test waits for initdb. */
export class PGlite extends EmbeddedPostgres {
  static override create = (async (folder: string, options?: PGliteOptions) => {
    if (!existsSync(join(folder, 'PG_VERSION'))) {
      cpSync(join(inject('dataTemplate'), 'database'), folder, { recursive: true });
    }
    return EmbeddedPostgres.create(folder, options);
  }) as unknown as typeof EmbeddedPostgres.create;
}
