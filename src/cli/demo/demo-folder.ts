import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The demo kit that comes with the package: `encoder/`, `models/`, `probes/`. */
export const DEMO_FOLDER = fileURLToPath(new URL('../../../../demo/', import.meta.url));

/** The demo's text encoder, for machines without a way to the Hugging Face Hub. */
export const DEMO_ENCODER = join(DEMO_FOLDER, 'encoder');
