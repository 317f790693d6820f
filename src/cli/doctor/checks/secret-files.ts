import { stat } from 'node:fs/promises';
import { secretFiles as namedIn, readEnvFile, secretVariables } from '../../../config/index.js';
import { type Check, type Finding, failed, ok, warning } from '../check.js';

/** Any other user of the machine. */
const OTHERS = 0o007;

/** Files with secrets can be read, and not by everybody. */
export const secretFiles: Check = {
  name: 'secrets',
  async run({ environment }) {
    const files = [...namedIn(environment), ...envFile()];
    const found: Finding[] = [];
    for (const { variable, path } of files) {
      const facts = await stat(path).catch(() => undefined);
      if (!facts)
        found.push(
          failed(
            `${variable} names ${path}, which cannot be read`,
            `set ${variable} to a file that is there`,
          ),
        );
      else if ((facts.mode & OTHERS) !== 0)
        found.push(
          warning(
            `${path === variable ? path : `${path} (${variable})`} may be read by every user of this machine`,
            `chmod o= ${path}`,
          ),
        );
    }
    if (found.length > 0) return found;
    return ok(files.length === 0 ? 'none is in a file' : `${files.length} files, each for its owner alone`);
  },
};

/** The `.env` file, when secrets stand in it. */
function envFile(): { variable: string; path: string }[] {
  return secretVariables(Object.keys(readEnvFile())).length > 0 ? [{ variable: '.env', path: '.env' }] : [];
}
