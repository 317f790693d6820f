import { openAsBlob } from 'node:fs';
import { type ProbelogClient, RegisterModelDocument, SetLabelsDocument } from '../../client/index.js';
import { ProbelogError } from '../../errors/index.js';
import { nameAndVersion } from '../flags/name-and-version.js';
import type { Upload, UploadedModel } from '../registry.js';
import { findModel, findVersion } from './find-model.js';
import { findProbeSet } from './find-probe-set.js';

/** Sends a server the responses of a model, which is registered when there is none. */
export async function uploadResponses(client: ProbelogClient, upload: Upload): Promise<UploadedModel> {
  const { id, isNew } = await findOrRegister(client, upload);
  const sent = await client.uploadResponses(id, await openAsBlob(upload.file), upload.form);
  const { labels } = upload;
  if (labels !== undefined && !isNew) await client.query(SetLabelsDocument, { id, labels });
  const { model, outputs, probes, coverage, degenerate, changed } = sent;
  return { id, name: model.name, version: model.version, outputs, probes, coverage, degenerate, changed };
}

async function findOrRegister(
  client: ProbelogClient,
  { named, labels, licence, registry, probeSet }: Upload,
): Promise<{ id: string; isNew: boolean }> {
  const { name, version } = nameAndVersion(named);
  const exact = await findVersion(client, name, version);
  if (exact) return { id: exact.id, isNew: false };
  const found = await findModel(client, named).catch((thrown) => {
    if (thrown instanceof ProbelogError && thrown.code === 'NOT_FOUND') return null;
    throw thrown;
  });
  if (found) return { id: found.id, isNew: false };
  const set = await findProbeSet(client, probeSet);
  const input = { name, version, labels, licence, registry, probeSet: set };
  return { id: (await client.query(RegisterModelDocument, { input })).registerModel.id, isNew: true };
}
