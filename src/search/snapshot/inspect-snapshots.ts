import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { SnapshotFacts } from './snapshot.js';
import { SNAPSHOT_FILES } from './snapshot.js';

/** What is kept of one gallery in one search folder. */
export interface SnapshotInspection {
  /** Relative to the folder that was looked into. */
  folder: string;
  probeSetId: string;
  /** Logits that it was made of; null when there is no snapshot, because the gallery is small. */
  logits: number | null;
  /** Why it cannot be read; null when it can. The next start then makes it again. */
  problem: string | null;
}

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
/** Search folders are numbered, below the name of the host where a database is shared. */
const MAX_DEPTH = 2;

/** The snapshots of all galleries below a folder, looked at without taking any folder. */
export async function inspectSnapshots(folder: string): Promise<SnapshotInspection[]> {
  return inspectBelow(folder, '', MAX_DEPTH);
}

async function inspectBelow(root: string, path: string, depth: number): Promise<SnapshotInspection[]> {
  const entries = await readdir(join(root, path), { withFileTypes: true }).catch(() => []);
  const inspections = entries
    .filter((entry) => entry.isDirectory())
    .map(async ({ name }) => {
      if (UUID.test(name)) return [await inspectSnapshot(root, join(path, name), name)];
      return depth > 0 ? inspectBelow(root, join(path, name), depth - 1) : [];
    });
  return (await Promise.all(inspections)).flat();
}

async function inspectSnapshot(
  root: string,
  folder: string,
  probeSetId: string,
): Promise<SnapshotInspection> {
  const gallery = join(root, folder);
  const version = await readFile(join(gallery, 'current'), 'utf8').catch(() => null);
  if (version === null) return { folder, probeSetId, logits: null, problem: null };
  try {
    const snapshot = join(gallery, `snapshot-${version}`);
    const facts = JSON.parse(await readFile(join(snapshot, SNAPSHOT_FILES.facts), 'utf8')) as SnapshotFacts;
    await checkSize(join(snapshot, SNAPSHOT_FILES.vectors), facts.probes * facts.rank * 4);
    await checkSize(join(snapshot, SNAPSHOT_FILES.eigenvalues), facts.rank * 4);
    await checkSize(join(snapshot, SNAPSHOT_FILES.scales), facts.rows * 4);
    return { folder, probeSetId, logits: facts.logits, problem: null };
  } catch (thrown) {
    return {
      folder,
      probeSetId,
      logits: null,
      problem: thrown instanceof Error ? thrown.message : String(thrown),
    };
  }
}

async function checkSize(path: string, bytes: number): Promise<void> {
  const { size } = await stat(path);
  if (size !== bytes) throw new Error(`${path} has ${size} bytes and not ${bytes}`);
}
