import type { ModelRecord, Store } from '../../store/index.js';

/** Makes published models searchable. */
export interface GalleryWriter {
  add(
    probeSet: { id: string; probes: number },
    model: {
      modelId: string;
      responsesDigest: string;
      outputs: number;
      multiLabel: boolean;
      responsesPath: string;
    },
  ): Promise<void>;
  remove(probeSetId: string, modelId: string): Promise<void>;
}

/**
 * Brings the gallery in line with the database for one published model. While the gallery adds the model, another process may
 * remove it or publish it again, so the database is read again until both agree.
 *
 * @returns false when the model was removed
 */
export async function syncToGallery(
  modelId: string,
  {
    store: { models, probeSets, blobs },
    gallery,
  }: { store: Pick<Store, 'models' | 'probeSets' | 'blobs'>; gallery: GalleryWriter },
): Promise<boolean> {
  let added: ModelRecord | undefined;
  for (;;) {
    const [model] = await models.byIds([modelId]);
    const hasMoved = added !== undefined && model?.probeSetId !== added.probeSetId;
    if (added && (!model || hasMoved)) await gallery.remove(added.probeSetId, modelId);
    if (!model) return false;
    const isSame = model.responsesDigest === added?.responsesDigest && model.multiLabel === added?.multiLabel;
    if (!hasMoved && isSame) return true;
    const probeSet = await probeSets.byId(model.probeSetId);
    const { responsesDigest, outputs, multiLabel } = model;
    if (!probeSet || responsesDigest === null || outputs === null) return true;
    await gallery.add(
      { id: probeSet.id, probes: probeSet.size },
      { modelId, responsesDigest, outputs, multiLabel, responsesPath: blobs.path(responsesDigest) },
    );
    added = model;
  }
}
