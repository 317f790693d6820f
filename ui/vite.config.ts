import { defineConfig } from 'vite';
import { compressed, path, shared, withoutPreload } from './vite/shared.js';

/** What every page needs. Unless they are named, what later pages share with the first one comes in many small files. */
const CORE =
  /node_modules\/(@lit|lit)|\/src\/client\/(?!follow-ingest|upload-|probe-kit)|\/ui\/src\/(generated|styles|texts\/en|texts\/texts|[a-z-]+\.ts$)/;

export default defineConfig({
  plugins: [withoutPreload, compressed('assets')],
  root: path('.'),
  // Relative, for a server behind a path of a proxy: all pages are one level deep.
  base: './',
  build: {
    ...shared,
    outDir: path('../dist/ui'),
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'index', test: CORE }] } } },
    license: { fileName: 'licenses.md' },
  },
});
