import { createReadStream } from 'node:fs';
import type { Service } from '../../app/index.js';
import { ProbelogError } from '../../errors/index.js';
import { globalId } from '../../graphql/index.js';
import type { ModelRecord } from '../../store/index.js';
import { findModel } from '../find-model.js';
import { nameAndVersion } from '../flags/name-and-version.js';
import type { Upload, UploadedModel } from '../registry.js';

/** Takes the responses of a model, which is registered when there is none. */
export async function uploadResponses(service: Service, upload: Upload): Promise<UploadedModel> {
  const model = await findOrRegister(service, upload);
  const content = createReadStream(upload.file);
  const outcome = await service.uploads.accept(model.id, content, upload.form, upload.labels);
  const { outputs, probes, coverage, degenerate, changed } = outcome;
  const { name, version } = model;
  return { id: globalId('Model', model.id), name, version, outputs, probes, coverage, degenerate, changed };
}

async function findOrRegister(
  { store, uploads }: Service,
  { named, labels, licence, registry, probeSet }: Upload,
): Promise<ModelRecord> {
  const { name, version } = nameAndVersion(named);
  const exact = await store.models.byNameVersion(name, version);
  if (exact) return exact;
  const found = await findModel(store, named).catch((thrown) => {
    if (thrown instanceof ProbelogError && thrown.code === 'NOT_FOUND') return null;
    throw thrown;
  });
  return found ?? uploads.register({ name, version, labels, licence, registry, probeSet });
}
