import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkLocalPath } from '../../../src/ingest/sources/local-files.js';

it('allows files inside the folders and no links out of them', async () => {
  const root = await mkdtemp(join(tmpdir(), 'folders-'));
  await mkdir(join(root, 'models'));
  await writeFile(join(root, 'models', 'a.onnx'), '');
  await writeFile(join(root, 'secret'), '');
  await symlink(join(root, 'secret'), join(root, 'models', 'link.onnx'));
  const folders = [join(root, 'models')];

  await expect(checkLocalPath(join(root, 'models', 'a.onnx'), folders)).resolves.toMatchObject({
    path: expect.stringMatching(/a\.onnx$/),
    within: expect.stringMatching(/models$/),
  });
  await expect(checkLocalPath(join(root, 'secret'), undefined)).resolves.toEqual({
    path: expect.stringMatching(/secret$/),
  });
  await expect(checkLocalPath(join(root, 'none'), undefined)).rejects.toMatchObject({
    code: 'SOURCE_NOT_FOUND',
  });
  for (const path of ['secret', 'models/link.onnx', 'models/../secret', 'absent']) {
    await expect(checkLocalPath(join(root, path), folders)).rejects.toMatchObject({
      code: 'SOURCE_FORBIDDEN',
    });
  }
});
