import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { manifestSchema, readManifest } from '../../src/cli/options/manifest.js';

const docs = (name: string) =>
  readFile(fileURLToPath(new URL(`../../docs/${name}`, import.meta.url)), 'utf8');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'probelog-manifest-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(content: unknown) {
  const path = join(folder, 'manifest.json');
  await writeFile(path, JSON.stringify(content));
  return readManifest(path);
}

it('has a JSON Schema, and a page that names every field', async () => {
  const schema = z.toJSONSchema(manifestSchema, { io: 'input' });
  expect(JSON.parse(await docs('manifest.schema.json'))).toEqual(JSON.parse(JSON.stringify(schema)));
  const page = await docs('manifest.md');
  const fields = Object.keys(manifestSchema.element.shape).filter((field) => field !== 'licence');
  const described = [...page.matchAll(/^\| `(\w+)` \|/gm)].map(([, field]) => field);
  expect(described.sort()).toEqual(fields.sort());
});

it('the example of its page is one', async () => {
  const [, example] = /```json\n([\s\S]*?)```/.exec(await docs('manifest.md')) ?? [];
  expect((await read(JSON.parse(example))).map(({ name, version }) => [name, version])).toEqual([
    ['resnet', '3'],
    ['scans', '1'],
  ]);
});

it.each([
  [{ name: 'x' }, /a list of models/],
  [[{ name: 'x', file: 'x.onnx' }, { name: 'y' }], /model 2 \(y\): file is missing/],
  [[{ name: 'x', file: 'x.onnx', version: 3 }], /model 1 \(x\): version expected string, received number/],
  [['x.onnx'], /model 1: expected object, received string/],
  [[{ name: '', file: 'x.onnx' }], /model 1 \(\): name /],
])('%j is refused by model and field', async (content, message) => {
  await expect(read(content)).rejects.toMatchObject({
    code: 'INPUT_INVALID',
    message: expect.stringMatching(message),
  });
});

it('says which fields have no meaning', async () => {
  const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    expect(await read([{ name: 'x', file: 'x.onnx', label: 'labels.txt', Version: '2' }])).toHaveLength(1);
    expect(written.mock.calls.flat().join('')).toContain('not read: label, Version.');
  } finally {
    written.mockRestore();
  }
});
