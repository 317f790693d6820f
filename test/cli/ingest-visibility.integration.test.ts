import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openDemoService } from '../fixtures/demo-service.js';
import { meanColor } from '../probing/support/made-models.js';
import { folderOfImages } from './probe-images.js';
import { runProbelog } from './run-probelog.js';

it('a model is seen by those with its label alone, from the start', async () => {
  const dataFolder = await folderOfImages(3);
  await writeFile(join(dataFolder, 'secret.onnx'), meanColor());
  const run = (...args: string[]) => runProbelog(args, { dataFolder });
  await run('probes', 'create', 'mine', 'images');
  expect((await run('ingest', 'secret.onnx', '--visibility', 'no label')).stderr).toContain(
    'visibility is not usable',
  );
  expect((await run('ingest', 'secret.onnx', '--visibility', 'team-a')).code).toBe(0);

  const demo = await openDemoService(
    { PROBELOG_DATA: join(dataFolder, 'data'), PROBELOG_ALLOW_ANONYMOUS: 'read' },
    false,
  );
  const { data } = await demo.ask('{ models { edges { node { name } } } }');
  const [stored] = await demo.service.store.models.byName('secret');
  await demo.close();
  expect(data.models.edges).toEqual([]);
  expect(stored.visibility).toBe('team-a');
});
