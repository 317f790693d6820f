import type { RegistryReader } from '../../src/registries/index.js';

/** A version that has an ONNX file. @throws when it waits for a runner instead */
export async function resolvedFile(reader: Pick<RegistryReader, 'resolve'>, uri: string) {
  const version = await reader.resolve(uri);
  if ('file' in version) return version;
  throw new Error(`${uri} waits for a runner of ${version.flavors.join(', ')}`);
}
