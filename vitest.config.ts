import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

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
    // Integration tests wait for child processes and servers more than they compute: Vitest's default leaves one core idle.
    maxWorkers: availableParallelism(),
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
          globalSetup: ['test/setup/build.ts', 'test/setup/postgres.ts', 'test/setup/data-template.ts'],
          alias: [
            { find: /^@electric-sql\/pglite$/, replacement: path('test/setup/embedded-database.ts') },
            { find: /^\.\/encoder-process\.js$/, replacement: path('test/setup/shared-encoder.ts') },
          ],
          pool: 'forks',
          // Loading the service takes seconds: a worker loads it once for all of its files.
          isolate: false,
          // As the command line does for itself (src/cli/main.ts).
          env: { NODE_ENV: 'production' },
          // The second leaves less to the garbage collector: 5 % of the processor time of three files.
          execArgv: ['--wasm-tiering-budget=18000000', '--max-semi-space-size=64'],
          testTimeout: 180_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
