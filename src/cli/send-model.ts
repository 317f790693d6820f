import { openAsBlob } from 'node:fs';
import type { ProbelogClient } from '../client/index.js';
import { loadConfig, readEnvironment } from '../config/index.js';
import { filesToSend } from '../ingest/index.js';
import { listDataFiles, probeNetworkIsolation } from '../probing/index.js';
import type { ProgressLine } from './output/progress.js';

const MEGABYTE = 1e6;

/**
 * Sends a model of this machine to a server, with its data files and the files that describe it.
 *
 * @returns what the server takes as its source
 * @throws ProbelogError as `filesToSend`; ProbelogClientError
 */
export async function sendModel(
  client: ProbelogClient,
  path: string,
  line: ProgressLine,
  signal: AbortSignal,
): Promise<{ id: string; source: string }> {
  const config = loadConfig(readEnvironment());
  const limits = {
    memoryBytes: config.modelMemoryBytes,
    stallMs: config.modelStallSeconds * 1000,
    maxModelBytes: config.maxModelBytes,
  };
  const isolation = await probeNetworkIsolation();
  const files = await filesToSend(
    path,
    (modelFile) => listDataFiles({ modelFile, limits, isolation, signal }),
    {
      privateAddresses: [],
      stallMs: limits.stallMs,
      maxBytes: limits.maxModelBytes,
    },
  );
  const blobs = await Promise.all(
    files.map(async (file) => ({
      name: file.name,
      data: 'path' in file ? await openAsBlob(file.path) : new Blob([file.text]),
    })),
  );
  return client.uploadModel(blobs, {
    signal,
    onProgress: ({ sent, total }) =>
      line.update(Math.floor(sent / MEGABYTE), Math.ceil(total / MEGABYTE), 'MB sent'),
  });
}
