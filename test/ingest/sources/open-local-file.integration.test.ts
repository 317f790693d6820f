import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { checkLocalPath, openLocalFile } from '../../../src/ingest/sources/local-files.js';
import type { LocalFile } from '../../../src/ingest/sources/parse-source.js';
import { sidecarFiles } from '../../../src/ingest/sources/sidecar-files.js';
import { meanColor } from '../../probing/support/made-models.js';
import { temporaryFolder } from '../../store/temporary-folder.js';
import { openSmallService, settled } from '../support/small-service.js';

let root: string;
let models: string;
beforeEach(async () => {
  root = await temporaryFolder();
  models = join(root, 'models');
  await mkdir(join(models, 'birds', 'onnx'), { recursive: true });
  await mkdir(join(root, 'outside'));
  await writeFile(join(root, 'outside', 'model.onnx'), 'secret');
  await writeFile(join(models, 'birds', 'model.onnx'), 'model');
});

async function content(local: LocalFile): Promise<string> {
  const file = await openLocalFile(local);
  const text = await file.readFile('utf8');
  await file.close();
  return text;
}

describe('a path that was checked', () => {
  const checked = () => checkLocalPath(join(models, 'birds', 'model.onnx'), [models]);

  it('is opened while it lies where it was checked', async () => {
    expect(await content(await checked())).toBe('model');
  });

  it.each([
    [
      'a link took the place of the file',
      async () => replace('birds/model.onnx', '../../outside/model.onnx'),
    ],
    ['a link to nothing took its place', async () => replace('birds/model.onnx', '../../outside/none')],
    ['a link took the place of its folder', async () => replace('birds', '../outside')],
    ['a link to nothing took the place of its folder', async () => replace('birds', '../none')],
    [
      'its folder was moved out',
      async () => {
        await rename(join(models, 'birds'), join(root, 'moved'));
        await symlink(join(root, 'moved'), join(models, 'birds'));
      },
    ],
  ])('is refused when %s', async (_, swap) => {
    const local = await checked();
    await swap();
    const refused = expect.stringMatching(/^SOURCE_(FORBIDDEN|NOT_FOUND)$/);
    await expect(openLocalFile(local)).rejects.toMatchObject({ code: refused });
  });

  it('gives the same error for a link, whether or not its target exists', async () => {
    const local = await checked();
    const answers = [];
    for (const target of ['../../outside/model.onnx', '../../outside/none']) {
      await replace('birds/model.onnx', target);
      answers.push(await openLocalFile(local).catch((thrown) => [thrown.code, thrown.message]));
    }
    expect(answers[0]).toEqual(answers[1]);
  });

  it('is not found after it was removed', async () => {
    const local = await checked();
    await rm(local.path);
    await expect(openLocalFile(local)).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' });
  });

  async function replace(path: string, target: string): Promise<void> {
    await rm(join(models, path), { recursive: true });
    await symlink(target, join(models, path));
  }
});

describe('a sidecar file', () => {
  const LIMITS = { privateAddresses: [], stallMs: 1_000, maxBytes: 1_000 };
  const beside = async (within: string | undefined, path = 'birds/onnx/model.onnx') =>
    sidecarFiles({ kind: 'FILE', path: join(models, path), within }, LIMITS).read('config.json');

  it('is read within the allowed folder, but not through a link out of it', async () => {
    await writeFile(join(models, 'birds', 'config.json'), '["ours"]');
    expect(await beside(models)).toBe('["ours"]');
    await writeFile(join(root, 'outside', 'config.json'), '["theirs"]');
    await rm(join(models, 'birds', 'config.json'));
    await symlink('../../outside/config.json', join(models, 'birds', 'config.json'));
    expect(await beside(models)).toBeUndefined();
    expect(await beside(undefined)).toBe('["theirs"]');
  });

  it('is not read above the allowed folder', async () => {
    await writeFile(join(models, 'birds', 'config.json'), '["above"]');
    expect(await beside(join(models, 'birds', 'onnx'))).toBeUndefined();
  });

  it('is listed in the folder above, unless that is above the allowed one', async () => {
    await writeFile(join(models, 'birds', 'synsets.txt'), '');
    const path = join(models, 'birds', 'onnx', 'model.onnx');
    const names = (within: string) => sidecarFiles({ kind: 'FILE', path, within }, LIMITS).names();
    expect(await names(models)).toContain('synsets.txt');
    expect(await names(join(models, 'birds', 'onnx'))).not.toContain('synsets.txt');
  });
});

it(
  'an ingest does not read what took the place of its file while it waited',
  { timeout: 60_000 },
  async () => {
    const path = join(models, 'birds', 'model.onnx');
    const environment = { PROBELOG_MODEL_FOLDERS: models };
    const options = { environment, dataFolder: join(root, 'data'), trustedCaller: false };
    const asked = await openSmallService({ ...options, work: false });
    const { id } = await asked.service.ingest.enqueue({ name: 'birds', version: '1', source: path });
    await asked.close();
    await writeFile(join(root, 'outside', 'model.onnx'), meanColor());
    await rm(join(models, 'birds'), { recursive: true });
    await symlink('../outside', join(models, 'birds'));
    const working = await openSmallService(options);
    expect(await settled(working.service, id)).toMatchObject({
      state: 'FAILED',
      errorCode: 'SOURCE_FORBIDDEN',
    });
    await working.close();
  },
);
