import { fileURLToPath } from 'node:url';

/** The demo kit that comes with the package: `encoder/`, `models/`, `probes/`. */
export const DEMO_FOLDER = fileURLToPath(new URL('../../../../demo/', import.meta.url));
