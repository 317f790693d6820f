import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import type { BuildOptions, Plugin } from 'vite';

/** Path of a file, as seen from `ui/`. */
export const path = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url));

/** Writes `.br` beside each script and style, which the server sends to browsers that take it. @param folder in `dist/ui` */
export function compressed(folder: string): Plugin {
  return {
    name: 'compressed',
    closeBundle() {
      const built = path(`../dist/ui/${folder}/`);
      for (const name of readdirSync(built))
        if (/\.(js|css)$/.test(name))
          writeFileSync(`${built}${name}.br`, brotliCompressSync(readFileSync(built + name)));
    },
  };
}

/** Vite loads scripts and styles ahead by code of its own. Nothing is loaded ahead here, so that code is left out. */
export const withoutPreload: Plugin = {
  name: 'without-preload',
  enforce: 'pre',
  load: {
    filter: { id: /vite\/preload-helper/ },
    handler: () => 'export const __vitePreload = (load) => load();',
  },
};

export const shared = {
  emptyOutDir: true,
  target: 'es2022',
  // A preload script and inlined files would need exceptions in the content security policy.
  modulePreload: false,
  assetsInlineLimit: 0,
} satisfies BuildOptions;
