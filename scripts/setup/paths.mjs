import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Goes with the packages: when they are removed, everything is due again. */
export const STAMPS = join(ROOT, 'node_modules/.cache/probelog-setup');
