import { dirname, join } from 'node:path';
import { compiledEntry } from '../../lib/compiled-entry.js';

/** What Vite built from `ui/`: beside the compiled sources. */
export const BUILT_UI: string = join(dirname(compiledEntry(import.meta.url, '../../main.js')), '../ui');
