import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ProbelogError } from '../../errors/index.js';

/** The demo kit that comes with the repository, not with the package: `encoder/`, `models/`, `probes/`. */
export const DEMO_FOLDER = fileURLToPath(new URL('../../../../demo/', import.meta.url));

/** The demo's text encoder, for machines without a way to the Hugging Face Hub. */
export const DEMO_ENCODER = join(DEMO_FOLDER, 'encoder');

/** @throws ProbelogError INPUT_INVALID where there is no demo */
export function checkDemo(): void {
  if (existsSync(DEMO_FOLDER)) return;
  throw new ProbelogError(
    'INPUT_INVALID',
    'The demo (40 MB of models, images and an encoder) comes with the repository, not with the package: --demo works in a clone of it.',
  );
}
