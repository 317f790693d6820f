import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, STAMPS } from './paths.mjs';

/** Whether the files are those that the last successful run of a step saw. */
export function isStamped(name, paths) {
  try {
    return readFileSync(join(STAMPS, name), 'utf8') === hashOf(paths);
  } catch {
    return false;
  }
}

/** Remembers that a step has run on these files. */
export function stamp(name, paths) {
  mkdirSync(STAMPS, { recursive: true });
  writeFileSync(join(STAMPS, name), hashOf(paths));
}

/** SHA-256 over names and contents of files and folders, given relative to the root; missing ones count as such. */
function hashOf(paths) {
  const hash = createHash('sha256').update(process.version);
  for (const path of paths) addPath(hash, path);
  return hash.digest('hex');
}

function addPath(hash, path) {
  const full = join(ROOT, path);
  const facts = statSync(full, { throwIfNoEntry: false });
  hash.update(`${path}\0`);
  if (!facts) return;
  if (facts.isDirectory()) {
    for (const entry of readdirSync(full).sort()) addPath(hash, join(path, entry));
  } else {
    hash.update(readFileSync(full));
  }
}
