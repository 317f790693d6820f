import { defineConfig } from 'vite';
import { compressed, path, shared, withoutPreload } from './vite/shared.js';

/** Parts of the client that it loads when they are needed. */
const ON_DEMAND = /\/src\/client\/(follow-ingest|event-stream|upload-\w+|probe-kit)\.ts$/;

/** What every element needs. */
function isCore(id: string): boolean {
  return (
    /\/node_modules\/(@?lit|@lit-labs)\b|\/src\/client\/|\/ui\/src\/([\w-]+|generated\/document|styles\/\w+|texts\/(en|texts)|parts\/trouble-message|pages\/address-page)\.ts$/.test(
      id,
    ) && !ON_DEMAND.test(id)
  );
}

/**
 * One script for pages of other applications, and what it loads when an element needs it. It is built apart from the UI, so that
 * neither loads a file more because of the other.
 */
export default defineConfig({
  plugins: [withoutPreload, compressed('elements')],
  root: path('.'),
  publicDir: false,
  base: './',
  build: {
    ...shared,
    outDir: path('../dist/ui/elements'),
    license: { fileName: 'licenses.md' },
    rollupOptions: {
      input: { probelog: path('src/elements/main.ts'), embed: path('src/elements/embed.ts') },
      output: {
        entryFileNames: '[name].js',
        chunkFileNames: '[name]-[hash].js',
        // In one file: left alone, the bundler makes one for each set of pages that share something.
        codeSplitting: { groups: [{ name: 'core', test: isCore }] },
      },
    },
  },
});
