import { stat } from 'node:fs/promises';
import { secretFiles as namedIn, readEnvFile, secretVariables } from '../../../config/index.js';
import { type Check, type Finding, failed, ok, warning } from '../check.js';

/** Permissions of users who are neither the owner nor in the group. */
const OTHERS = 0o007;

/** Files with secrets can be read, but not by every user. */
export const secretFiles: Check = {
  name: 'secrets',
  async run({ environment }) {
    const files = [...namedIn(environment), ...envFile()];
    const found: Finding[] = [];
    for (const { variable, path } of files) {
      const facts = await stat(path).catch(() => undefined);
      if (!facts)
        found.push(
          failed(`${variable} names ${path}, which cannot be read`, `set ${variable} to an existing file`),
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
    return ok(
      files.length === 0 ? 'none are in files' : `${files.length} files, none readable by every user`,
    );
  },
};

/** The `.env` file, if it contains secrets. */
function envFile(): { variable: string; path: string }[] {
  return secretVariables(Object.keys(readEnvFile())).length > 0 ? [{ variable: '.env', path: '.env' }] : [];
}
