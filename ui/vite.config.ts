import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Writes `.br` beside each script and style, which the server sends to browsers that take it. */
const compressed: Plugin = {
  name: 'compressed',
  closeBundle() {
    const folder = path('../dist/ui/assets/');
    for (const name of readdirSync(folder))
      writeFileSync(`${folder}${name}.br`, brotliCompressSync(readFileSync(folder + name)));
  },
};

export default defineConfig({
  plugins: [compressed],
  root: path('.'),
  // Relative, for a server behind a path of a proxy: all pages are one level deep.
  base: './',
  build: {
    outDir: path('../dist/ui'),
    emptyOutDir: true,
    target: 'es2022',
    // A preload script and inlined files would need exceptions in the content security policy.
    modulePreload: false,
    assetsInlineLimit: 0,
    license: { fileName: 'licenses.md' },
  },
});
