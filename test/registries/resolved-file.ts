import type { DownloadLimits } from '../../src/download/index.js';
import { listedSidecarFiles } from '../../src/ingest/sources/sidecar-files.js';
import { sidecarLabels } from '../../src/ingest/sources/sidecar-labels.js';
import { sidecarPreprocessing } from '../../src/ingest/sources/sidecar-preprocessing.js';
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
  const files = listedSidecarFiles(version.sidecars, limits);
  const { document } = await sidecarPreprocessing(files, 'The registry', version.preprocessing);
  const [labels] = await sidecarLabels(files);
  return { ...version, preprocessing: document ?? undefined, labels: version.labels ?? labels?.labels };
}
