import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileSum, readFacts, SNAPSHOT_FILES } from './snapshot.js';

/** The files of one gallery in one search folder. */
export interface SnapshotInspection {
  /** Relative to the inspected folder. */
  folder: string;
  probeSetId: string;
  /** Logits in the snapshot; null without a snapshot, because the gallery is small. */
  logits: number | null;
  /** Why the snapshot cannot be read, null if it can. The next start builds it again. */
  problem: string | null;
}

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
/** Search folders are numbered; with a shared database they lie below the host's name. */
const MAX_DEPTH = 2;

/** Inspects the snapshots of all galleries below a folder, without locking any search folder. */
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
    const facts = readFacts(snapshot);
    await checkSize(join(snapshot, SNAPSHOT_FILES.vectors), facts.probes * facts.wideRank * 4);
    await checkSize(join(snapshot, SNAPSHOT_FILES.eigenvalues), facts.wideRank * 4);
    await checkSize(join(snapshot, SNAPSHOT_FILES.scales), facts.rows * 4);
    await checkSize(join(snapshot, SNAPSHOT_FILES.skewnesses), facts.rows * 8);
    await checkSize(join(snapshot, SNAPSHOT_FILES.projections), facts.rows * facts.wideRank * 4);
    for (const [name, sum] of Object.entries(facts.sums))
      if (fileSum(join(snapshot, name)) !== sum) throw new Error(`${name} is damaged`);
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
  if (size !== bytes) throw new Error(`${path} has ${size} bytes instead of ${bytes}`);
}
