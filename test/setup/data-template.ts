import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
// By its path: the package's name leads to what copies the template.
import { PGlite } from '../../node_modules/@electric-sql/pglite/dist/index.js';
import { keptFolder } from '../fixtures/kept-folder.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** What every new data folder would compute to the same result: `database`, just created. */
    dataTemplate: string;
  }
}

const MADE_FROM = ['package-lock.json', 'test/setup/data-template.ts'];

/** Makes the data folder that others are copied from: PostgreSQL's initdb takes five seconds of processor in WebAssembly. */
export default async function dataTemplate({ provide }: TestProject): Promise<void> {
  const folder = await keptFolder('data', MADE_FROM, async (made) => {
    await (await PGlite.create(join(made, 'database'))).close();
  });
  provide('dataTemplate', folder);
}
