import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { SlowFirst } from './test/setup/slow-first.js';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const INTEGRATION = 'test/**/*.integration.test.ts';

export default defineConfig({
  // graphql ships CommonJS and ESM side by side; without one spelling the tests see two realms of it.
  resolve: {
    alias: [
      { find: /^graphql$/, replacement: 'graphql/index.js' },
      // The example imports the package by its name; the tests import its sources.
      { find: /^probelog$/, replacement: path('src/index.ts') },
    ],
  },
  test: {
    // Integration tests also wait for child processes, servers and clocks: with one worker for each core, a core is often idle.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: SlowFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [INTEGRATION],
          pool: 'threads',
          isolate: false,
          testTimeout: 30_000,
          setupFiles: ['test/setup/unit.ts'],
          alias: { '@electric-sql/pglite': path('test/setup/no-database.ts') },
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: [INTEGRATION],
          globalSetup: [
            'test/setup/build.ts',
            'test/setup/memory-folder.ts',
            'test/setup/postgres.ts',
            'test/setup/data-template.ts',
          ],
          setupFiles: ['test/setup/integration.ts'],
          alias: [
            { find: /^@electric-sql\/pglite$/, replacement: path('test/setup/embedded-database.ts') },
            { find: /^\.\/encoder-process\.js$/, replacement: path('test/setup/shared-encoder.ts') },
          ],
          pool: 'forks',
          // Loading the service takes seconds: a worker loads it once for all of its files.
          isolate: false,
          // As the command line does for itself (src/cli/main.ts).
          env: { NODE_ENV: 'production' },
          // The first two as well: V8 recompiles less. The third leaves less to the garbage collector: 5 % of the processor time of
          // three files.
          execArgv: [
            '--wasm-tiering-budget=18000000',
            '--interrupt-budget=1320000',
            '--max-semi-space-size=64',
          ],
          testTimeout: 180_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
