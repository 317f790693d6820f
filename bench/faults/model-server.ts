import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** A model file over HTTP, and how many outputs it has. */
export interface HostedModel {
  url: string;
  outputs: number;
}

const MODELS = [
  { file: 'mlperf_vww_96.onnx', outputs: 2 },
  { file: 'mlperf_tiny_resnet.onnx', outputs: 10 },
];

/** Serves small models of the demo on loopback. */
export async function hostModels(demo: string): Promise<{ models: HostedModel[]; close(): void }> {
  const files = new Map<string, Buffer>();
  for (const { file } of MODELS) files.set(`/${file}`, await readFile(join(demo, 'models', file)));
  const server = createServer((request, response) => {
    const content = files.get(request.url ?? '');
    response.writeHead(content ? 200 : 404).end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    models: MODELS.map(({ file, outputs }) => ({ url: `http://127.0.0.1:${port}/${file}`, outputs })),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
