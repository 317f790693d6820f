import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
// By its path: the package's name leads to what copies the template.
import { PGlite } from '../../node_modules/@electric-sql/pglite/dist/index.js';
import { embedVocabulary } from '../../src/text/concepts/background/ensure-background.js';
import { openTextEncoder } from '../../src/text/encoder/open-text-encoder.js';
import { EVERYDAY_VOCABULARY } from '../../src/text/vocabulary/everyday-vocabulary.js';
import { keptFolder } from '../fixtures/kept-folder.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** What every new data folder would compute to the same result: `database`, just created, and `concepts`. */
    dataTemplate: string;
  }
}

const MADE_FROM = ['package-lock.json', 'test/setup/data-template.ts', 'src/text', 'demo/encoder'];

/**
 * Makes the data folder that others are copied from. PostgreSQL's initdb takes five seconds of processor in WebAssembly, and
 * embedding the vocabulary twelve.
 */
export default async function dataTemplate({ provide }: TestProject): Promise<void> {
  const folder = await keptFolder('data', MADE_FROM, async (made) => {
    await (await PGlite.create(join(made, 'database'))).close();
    const encoder = await openTextEncoder({
      model: 'demo/encoder',
      cacheFolder: join(tmpdir(), 'unused'),
      maxMemoryBytes: 2 ** 33,
    });
    await embedVocabulary({ encoder, folder: join(made, 'concepts'), vocabulary: EVERYDAY_VOCABULARY });
    await encoder.close();
  });
  provide('dataTemplate', folder);
}
