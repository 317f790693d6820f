import type { DownloadLimits } from '../../src/download/index.js';
import {
  listedSidecarFiles,
  sidecarLabels,
  sidecarPreprocessing,
} from '../../src/ingest/sources/sidecar-files.js';
import type { RegistryReader } from '../../src/registries/index.js';

/** A version that has an ONNX file. @throws when it waits for a runner instead */
export async function resolvedFile(reader: Pick<RegistryReader, 'resolve'>, uri: string) {
  const version = await reader.resolve(uri);
  if ('file' in version) return version;
  throw new Error(`${uri} waits for a runner of ${version.flavors.join(', ')}`);
}

/** The same with its labels and preprocessing as an ingest reads them: from the registry, or from the files that it lists. */
export async function describedFile(
  reader: Pick<RegistryReader, 'resolve'>,
  uri: string,
  limits: DownloadLimits,
) {
  const version = await resolvedFile(reader, uri);
  if (!version.sidecars) return version;
  const { read } = listedSidecarFiles(version.sidecars, limits);
  const preprocessing = version.preprocessing ?? (await sidecarPreprocessing(read));
  return { ...version, preprocessing, labels: version.labels ?? (await sidecarLabels(read))?.labels };
}
