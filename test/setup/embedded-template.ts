import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
// By its path: the package's name leads to what copies the template.
import { PGlite } from '../../node_modules/@electric-sql/pglite/dist/index.js';
import { keptFolder } from '../fixtures/kept-folder.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Files of a new, empty embedded database, to be copied. */
    embeddedTemplate: string;
  }
}

/** Creates one embedded database for the run: PostgreSQL's initdb takes five seconds of processor each time. */
export default async function embeddedTemplate({ provide }: TestProject): Promise<void> {
  const from = ['package-lock.json', 'test/setup/embedded-template.ts'];
  const folder = await keptFolder('embedded', from, async (made) => {
    await (await PGlite.create(join(made, 'database'))).close();
  });
  provide('embeddedTemplate', join(folder, 'database'));
}
