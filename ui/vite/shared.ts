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

/** Takes the indentation out of templates and styles, 1 % of the compressed scripts. Programs that the page shows keep theirs. */
export const withoutIndentation: Plugin = {
  name: 'without-indentation',
  enforce: 'pre',
  transform: {
    filter: {
      id: /\/ui\/src\/(pages|parts|styles|elements)\/[\w-]+\.ts$/,
      code: { exclude: /import numpy/ },
    },
    handler: (code) => code.replace(/\n[ \t]+/g, '\n'),
  },
};

/** Parts of the client that it loads when they are needed. */
const ON_DEMAND =
  /\/src\/client\/(follow-ingest|event-stream|upload-\w+|probe-kit|gallery-map)\.ts$|\/shrink-image\.ts$/;

/** What every page needs. */
function isCore(id: string): boolean {
  return (
    /\/node_modules\/(@?lit|@lit-labs)\b|\/src\/client\/|\/ui\/src\/([\w-]+|generated\/document|styles\/\w+|texts\/(en|texts)|parts\/trouble-message|pages\/address-page)\.ts$/.test(
      id,
    ) && !ON_DEMAND.test(id)
  );
}

/** What all pages share in one file: left alone, the bundler makes one for each set of pages that share something. */
export const codeSplitting = { groups: [{ name: 'core', test: isCore }] };

export const shared = {
  emptyOutDir: true,
  target: 'es2022',
  // A preload script and inlined files would need exceptions in the content security policy.
  modulePreload: false,
  assetsInlineLimit: 0,
} satisfies BuildOptions;
