import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { fetchModel } from '../../src/ingest/pipeline/fetch-model.js';
import { IngestStopped } from '../../src/ingest/queue/lease.js';
import { temporaryFolder } from '../store/temporary-folder.js';

const LIMITS = { maxBytes: 1_000, stallMs: 1_000, privateAddresses: [] };

it('an abort before a local file is read ends the ingest, not the process', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'model.onnx');
  await writeFile(path, 'bytes');
  const stopped = AbortSignal.abort(new IngestStopped('DRAINING'));
  const blobs = {
    // Whatever is done before the content is read, as making a folder: an unhandled error ends the process.
    async put(content: AsyncIterable<Uint8Array> | Uint8Array) {
      await turn();
      for await (const _ of content);
      return { digest: '', bytes: 1 };
    },
    adopt: async () => undefined,
  };
  const options = { blobs, folder, ingestId: 'an id', sha256: undefined, limits: LIMITS, signal: stopped };
  await expect(fetchModel({ kind: 'FILE', path }, options)).rejects.toMatchObject({ code: 'ABORT_ERR' });
});
