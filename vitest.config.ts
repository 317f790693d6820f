import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // graphql ships CommonJS and ESM side by side; without one spelling the tests see two realms of it.
  resolve: {
    alias: [
      { find: /^graphql$/, replacement: 'graphql/index.js' },
      // The example uses the package by its name; the tests, its sources.
      { find: /^probelog$/, replacement: fileURLToPath(new URL('src/index.ts', import.meta.url)) },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    // FAISS and ONNX Runtime must not be loaded twice in one process: one process per test file.
    pool: 'forks',
    // Tests wait for child processes and servers more than they compute: one core left idle, as is Vitest's way, is half of two.
    maxWorkers: availableParallelism(),
    // As the command line does for itself (src/cli/main.ts).
    execArgv: ['--wasm-tiering-budget=18000000'],
    testTimeout: 180_000,
    hookTimeout: 300_000,
  },
});
