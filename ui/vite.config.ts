import { defineConfig } from 'vite';
import { compressed, path, shared, withoutPreload } from './vite/shared.js';

export default defineConfig({
  plugins: [withoutPreload, compressed('assets')],
  root: path('.'),
  // Relative, for a server behind a path of a proxy: all pages are one level deep.
  base: './',
  build: {
    ...shared,
    outDir: path('../dist/ui'),
    license: { fileName: 'licenses.md' },
  },
});
