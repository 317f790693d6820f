import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../../errors/index.js';
import type { BlobStore } from '../../../store/index.js';
import { type Check, failed, ok, Skipped } from '../check.js';
import type { Machine } from '../machine.js';

/** Time for reading the responses of all models. */
const MAX_MS = 30_000;
/** Folders whose files are moved into `blobs` when they are complete, which works only within one file system. */
const MOVED_FROM = ['ingests', 'uploads', 'downloads'];

/** Blobs can be written, read back and removed, and the responses that the database names are whole. */
export const blobs: Check = {
  name: 'stored files',
  async run(machine) {
    const folder = join(machine.dataFolder, 'blobs');
    const facts = await stat(folder).catch(() => undefined);
    if (!facts) return ok('none yet');
    for (const name of MOVED_FROM) {
      const other = await stat(join(machine.dataFolder, name)).catch(() => undefined);
      if (other && other.dev !== facts.dev)
        return failed(
          `${name} and blobs in the data folder are on different file systems, so files cannot be moved between them`,
          'mount the data folder as one file system',
        );
    }
    const { BlobStore } = await import('../../../store/index.js');
    const problem = await roundTrip(new BlobStore(folder)).catch(messageOf);
    if (problem !== undefined)
      return failed(
        `${folder} cannot be used: ${problem}`,
        `make it writable for user ${process.getuid?.()}`,
      );
    return damagedResponses(machine);
  },
};

async function roundTrip(store: BlobStore): Promise<undefined> {
  const content = randomBytes(64);
  const { digest } = await store.put(content);
  try {
    const read = await store.readAll(digest);
    if (!content.equals(read)) throw new Error('the content read differs from the content written');
  } finally {
    await store.evict(digest);
  }
}

/** Reads the responses until time is up; of the rest, only whether they exist is checked. */
async function damagedResponses(machine: Machine) {
  const store = await machine.store().catch((thrown) => {
    if (thrown instanceof Skipped) return null;
    throw thrown;
  });
  if (store === null)
    return ok('can be written and read; the database cannot be read to check for missing files');
  const until = Date.now() + MAX_MS;
  const lost: string[] = [];
  let models = 0;
  let read = 0;
  for (const { id } of await store.probeSets.list()) {
    for (const { modelId, responsesDigest } of await store.models.searchable(id)) {
      models++;
      const isInTime = Date.now() < until;
      if (isInTime) read++;
      const { blobs } = store;
      if (!(await (isInTime ? blobs.isWhole(responsesDigest) : blobs.has(responsesDigest))))
        lost.push(modelId);
    }
  }
  if (lost.length === 0)
    return ok(
      read === models
        ? `can be written and read; the responses of all ${models} models exist and are whole`
        : `can be written and read; the responses of all ${models} models exist, and those of the ${read} that were read are whole`,
    );
  const [first] = await store.models.byIds(lost.slice(0, 1));
  return failed(
    `the responses of ${lost.length} of ${models} models are missing or damaged, such as those of ${first?.name}@${first?.version}; they are left out of search`,
    `probelog reprobe ${first?.name}@${first?.version}, or restore a backup of the data folder`,
  );
}
