import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, STAMPS } from './paths.mjs';

/** Whether the last successful run of a step saw the same inputs. */
export function isStamped(name, hash) {
  try {
    return readFileSync(join(STAMPS, name), 'utf8') === hash;
  } catch {
    return false;
  }
}

/** Records the inputs of a step. Take the hash before the step runs: files may change meanwhile. */
export function stamp(name, hash) {
  mkdirSync(STAMPS, { recursive: true });
  writeFileSync(join(STAMPS, name), hash);
}

/** SHA-256 over the names and contents of files and folders, given relative to the root. Missing ones may appear. */
export function hashOf(paths) {
  const hash = createHash('sha256');
  for (const path of paths) addPath(hash, path);
  return hash.digest('hex');
}

function addPath(hash, path) {
  const full = join(ROOT, path);
  const facts = statSync(full, { throwIfNoEntry: false });
  hash.update(`${path}\0${facts?.isFile() ? facts.size : '-'}\0`);
  if (facts?.isDirectory()) {
    for (const entry of readdirSync(full).sort()) addPath(hash, join(path, entry));
  } else if (facts) {
    hash.update(readFileSync(full));
  }
}
