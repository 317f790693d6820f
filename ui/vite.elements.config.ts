import { defineConfig } from 'vite';
import {
  codeSplitting,
  compressed,
  path,
  shared,
  withoutIndentation,
  withoutPreload,
} from './vite/shared.js';

/**
 * One script for pages of other applications, and what it loads when an element needs it. It is built apart from the UI, so that
 * neither loads a file more because of the other.
 */
export default defineConfig({
  plugins: [withoutPreload, withoutIndentation, compressed('elements')],
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
        codeSplitting,
      },
    },
  },
});
