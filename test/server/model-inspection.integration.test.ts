import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createClient,
  ModelInspectionDocument,
  type ProbelogClient,
  ProbePreviewsDocument,
} from '../../src/client/index.js';
import { decodePixels } from '../../src/probing/worker/images/decode-pixels.js';
import { meanColor } from '../probing/support/made-models.js';
import { openSmallServer, type SmallServer } from './support/small-server.js';

let small: SmallServer;
let client: ProbelogClient;
let key: string;
beforeAll(async () => {
  small = await openSmallServer();
  key = await small.key(['INGEST']);
  client = createClient({ url: small.server.url, key });
});
afterAll(() => small.close());

const file = (name: string, text: Uint8Array | string) => ({ name, data: new Blob([text as string]) });

describe('an uploaded model', () => {
  it('is inspected before it is registered, with the files beside it', async () => {
    const { source } = await client.uploadModel([
      file('net.onnx', meanColor()),
      file('labels.txt', 'a\nb\nc\nd'),
      file('preprocessor_config.json', '{"size":8,"mean":[0,0,0],"std":[1,1,1]}'),
    ]);
    const { modelInspection: found } = await client.query(ModelInspectionDocument, { source });
    expect(found).toMatchObject({
      outputs: 4,
      labelCount: 4,
      labels: ['a', 'b', 'c', 'd'],
      multiLabel: false,
    });
    expect(found.preprocessing).toMatchObject({ width: 8, height: 8, mean: [0, 0, 0] });
    const corrected = { ...(found.preprocessing as object), channelOrder: 'BGR' };
    const again = await client.query(ModelInspectionDocument, { source, preprocessing: corrected });
    expect(again.modelInspection.preprocessing).toEqual(corrected);
    expect(
      (await small.ask('{ models(first: 5) { edges { node { id } } } }', {}, await small.key(['READ']))).data
        .models.edges,
    ).toEqual([]);

    const { model } = await client.ingest({ name: 'net', version: '1', source, preprocessing: corrected });
    expect(model).toMatchObject({ name: 'net', outputs: 4 });
  });

  it('is the only thing that can be inspected, and only by its own caller', async () => {
    const path = join(small.small.folder, 'local.onnx');
    await writeFile(path, meanColor());
    await expect(client.query(ModelInspectionDocument, { source: path })).rejects.toMatchObject({
      code: 'INPUT_INVALID',
    });
    const { source } = await client.uploadModel([file('net.onnx', meanColor())]);
    const other = createClient({ url: small.server.url, key: await small.key(['INGEST']) });
    await expect(other.query(ModelInspectionDocument, { source })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    const reader = createClient({ url: small.server.url, key: await small.key(['READ']) });
    await expect(reader.query(ModelInspectionDocument, { source })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    await expect(reader.query(ProbePreviewsDocument, { preprocessing: {} })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    const { source: broken } = await client.uploadModel([file('net.onnx', 'no model')]);
    await expect(client.query(ModelInspectionDocument, { source: broken })).rejects.toMatchObject({
      code: 'MODEL_NOT_ONNX',
    });
  });
});

describe('a preview', () => {
  it('has exactly the pixels that the model gets', async () => {
    const { store } = small.small.service;
    const [{ id }] = await store.probeSets.list();
    const [probe] = await store.probeSets.probesAfter(id, { first: 1 });
    for (const [grayscale, channels] of [
      [false, 3],
      [true, 1],
    ] as const) {
      const spec = {
        width: 20,
        height: 12,
        resize: 'CROP',
        shortEdge: 25,
        resample: 'BICUBIC',
        grayscale,
      } as const;
      const { probePreviews } = await client.query(ProbePreviewsDocument, { preprocessing: spec, first: 2 });
      expect(probePreviews).toHaveLength(2);
      expect(probePreviews[0]).toMatchObject({ width: 20, height: 12 });
      const png = Buffer.from(probePreviews[0].image.replace('data:image/png;base64,', ''), 'base64');
      const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
      expect([info.width, info.height]).toEqual([20, 12]);
      const { resample: filter, ...frame } = spec;
      const pixels = await decodePixels(store.blobs.path(probe.digest), {
        ...frame,
        filter,
        cropFraction: 1,
        rounding: 'TRANSFORMERS',
        padColor: [0],
      } as never);
      const shown =
        info.channels === channels ? data : Buffer.from(data.filter((_, i) => i % info.channels < channels));
      expect(Buffer.compare(Buffer.from(shown), Buffer.from(pixels))).toBe(0);
    }
  });

  it('of too many pixels, too many probes, or from no description is refused', async () => {
    for (const [variables, code] of [
      [{ preprocessing: { width: 2_000, height: 2_000 } }, 'INPUT_INVALID'],
      [{ preprocessing: { width: 10 }, first: 9 }, 'INPUT_INVALID'],
      [{ preprocessing: { widht: 10 } }, 'PREPROCESSING_INVALID'],
      [{ preprocessing: 'bicubic' }, 'PREPROCESSING_INVALID'],
    ] as const)
      await expect(client.query(ProbePreviewsDocument, variables)).rejects.toMatchObject({ code });
  });
});
