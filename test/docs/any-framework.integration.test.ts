import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { extract } from 'tar';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RESPOND_PY } from '../../src/ingest/probe-kit/texts.js';
import { type DemoService, openDemoService } from '../fixtures/demo-service.js';
import { findNumpy, requires } from '../fixtures/requires.js';
import { npyFile } from '../ingest/support/array-files.js';

const PAGE = readFileSync(new URL('../../docs/any-framework.md', import.meta.url), 'utf8');

/** A "model" that answers with what is at some places of the file, so that no other package is needed. */
const MY_MODEL = `def logits(path):
    content = path.read_bytes()
    return [content[-10], content[-20], content[-30]]
`;

let demo: DemoService;
let folder: string;
beforeAll(async () => {
  demo = await openDemoService();
  folder = await mkdtemp(join(tmpdir(), 'probelog-test-'));
});
afterAll(async () => {
  await demo.close();
  await rm(folder, { recursive: true, force: true });
});

it('the page shows the program that is in the kit, in at most twenty lines', () => {
  const shown = /^```python\n(.*?)^```$/ms.exec(PAGE)?.[1];
  expect(shown).toBe(RESPOND_PY);
  expect(RESPOND_PY.trim().split('\n').length).toBeLessThanOrEqual(20);
});

it('the three steps make a model searchable', async () => {
  const mutation = /^```graphql\n(.*?)^```$/ms.exec(PAGE)?.[1] ?? '';
  const { data } = await demo.ask(mutation);
  const { responsesUrl, probeSet, status, id } = data.registerModel;
  expect(status).toBe('PENDING');

  const kit = join(folder, 'kit');
  await mkdir(kit);
  const archive = join(folder, 'kit.tar');
  const fetched = await fetch(demo.server.url + probeSet.kitUrl);
  await writeFile(archive, Buffer.from(await fetched.arrayBuffer()));
  await extract({ file: archive, cwd: kit });
  const answer = await respond(kit, demo.server.url + responsesUrl, probeSet.digest);

  expect(answer).toMatchObject({ status: 'READY', outputs: 3, probes: probeSet.size, coverage: 1 });
  const found = await demo.ask('query M($id: ID!) { model(id: $id) { status outputs } }', { id });
  expect(found.data.model).toEqual({ status: 'READY', outputs: 3 });
});

/** Runs the kit's program; without NumPy, sends what the program would send. */
async function respond(kit: string, address: string, digest: string): Promise<unknown> {
  if (requires('numpy')) {
    await writeFile(join(folder, 'my_model.py'), MY_MODEL);
    const { stdout } = await promisify(execFile)(findNumpy() ?? '', [join(kit, 'respond.py'), kit, address], {
      cwd: folder,
      env: { ...process.env, PYTHONPATH: folder },
    });
    return JSON.parse(stdout);
  }
  const manifest = JSON.parse(await readFile(join(kit, 'manifest.json'), 'utf8'));
  const rows: number[][] = [];
  for (const { file } of manifest.images) {
    const content = await readFile(join(kit, file));
    rows.push([10, 20, 30].map((place) => content[content.length - place]));
  }
  const response = await fetch(`${address}?layout=probes-first&digest=${digest}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/octet-stream' },
    body: npyFile(rows),
  });
  return response.json();
}
