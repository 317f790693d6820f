import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Removed together with the packages, so that every step is due again. */
export const STAMPS = join(ROOT, 'node_modules/.cache/probelog-setup');
