import { defineConfig } from 'vite';
import {
  codeSplitting,
  compressed,
  path,
  shared,
  withoutIndentation,
  withoutPreload,
} from './vite/shared.js';

export default defineConfig({
  plugins: [withoutPreload, withoutIndentation, compressed('assets')],
  root: path('.'),
  // Relative, for a server behind a path of a proxy: all pages are one level deep.
  base: './',
  build: {
    ...shared,
    outDir: path('../dist/ui'),
    rollupOptions: { output: { codeSplitting } },
    license: { fileName: 'licenses.md' },
  },
});
