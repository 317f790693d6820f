import type { ProbeSetRecord, Store } from '../../../store/index.js';
import { type Check, type Finding, failed, ok, warning } from '../check.js';
import type { Machine } from '../machine.js';

/** There is a probe set; all images are stored, and embedded with the encoder of the settings. */
export const probeSets: Check = {
  name: 'probe sets',
  async run(machine) {
    const store = await machine.store();
    const sets = await store.probeSets.list();
    if (sets.length === 0)
      return warning('there is none, so no model can be probed', 'probelog probes create <name> <folder>');
    const wanted = machine.setting('probeSet');
    const found: Finding[] = [];
    if (wanted !== undefined && !sets.some(({ name, id }) => name === wanted || id === wanted))
      found.push(
        failed(
          `PROBELOG_PROBE_SET names ${JSON.stringify(wanted)}, which does not exist`,
          `set it to one of ${sets.map(({ name }) => name).join(', ')}, or unset it`,
        ),
      );
    for (const set of sets) found.push(await imagesOf(store, set), await embeddingOf(machine, store, set));
    return found;
  },
};

async function imagesOf(
  { probeSets: sets, blobs }: Store,
  { id, name, size }: ProbeSetRecord,
): Promise<Finding> {
  const lost: number[] = [];
  for (const { position, digest } of await sets.probes(id)) {
    if (!(await blobs.isWhole(digest))) lost.push(position);
  }
  if (lost.length === 0) return ok(`${name}: ${size} images, all stored`);
  return failed(
    `${name}: ${lost.length} of ${size} images are missing or damaged, such as the one at position ${lost[0]}; models can no longer be probed with it`,
    `probelog probes create ${name} <the same images>, which stores them again`,
  );
}

/** Embeddings of another encoder are never used, so they are no problem. */
async function embeddingOf(machine: Machine, store: Store, { id, name }: ProbeSetRecord): Promise<Finding> {
  const encoder = await machine.encoder().catch(() => undefined);
  if (!encoder)
    return { state: 'skipped', says: `${name}: embeddings, because there is no text encoder`, mend: null };
  const stored = await store.probeSets.embedding(id, await encoder.id());
  if (!stored)
    return warning(
      `${name}: not yet embedded with this text encoder; the first search does that, which takes a while`,
      'probelog search dog',
    );
  if (await store.blobs.isWhole(stored.digest)) return ok(`${name}: embedded with this text encoder`);
  return warning(
    `${name}: the stored embeddings are missing or damaged; the next search computes them again, which takes a while`,
    'probelog search dog',
  );
}
