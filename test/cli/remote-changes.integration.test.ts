import { once } from 'node:events';
import { access, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { list } from 'tar';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { takeDatabase } from '../fixtures/prepared-data.js';
import { npyFile } from '../ingest/support/array-files.js';
import { dataFile, externalMeanColor } from '../probing/support/external-data.js';
import { meanColor } from '../probing/support/made-models.js';
import { type MlflowServer, startMlflow } from '../registries/mlflow/mlflow-server.js';
import { folderOfImages } from './probe-images.js';
import { type Ended, type Running, runProbelog, startProbelog } from './run-probelog.js';

const IMAGES = 12;
let folder: string;
let mlflow: MlflowServer;
/** Accepts requests and never replies. */
const silent = createServer(() => undefined);
let server: Running;
let url: string;
let key: string;

/** Commands of another machine: they have a folder of their own, and the server's address and key alone. */
const remote = (...args: string[]): Promise<Ended> =>
  runProbelog([...args, '--url', url], {
    dataFolder: join(folder, 'elsewhere'),
    environment: { PROBELOG_KEY: key },
  });
const asked = async (...args: string[]) => JSON.parse((await remote(...args, '--json')).stdout);

/** Each test goes on from what is there: a server takes longer to start than all of them to run. */
beforeAll(async () => {
  folder = await folderOfImages(IMAGES);
  await mkdir(join(folder, 'elsewhere'));
  await mkdir(join(folder, 'models'));
  await writeFile(join(folder, 'models', 'birds.onnx'), meanColor());
  await writeFile(join(folder, 'elsewhere', 'here.onnx'), meanColor());
  await takeDatabase(join(folder, 'data'));
  await runProbelog(['probes', 'create', 'mine', 'images'], { dataFolder: folder });
  const made = ['keys', 'create', 'admin', '--scope', 'read', 'ingest', 'admin'];
  key = (await runProbelog(made, { dataFolder: folder })).stdout.trim();
  await once(silent.listen(0, '127.0.0.1'), 'listening');
  mlflow = await startMlflow();
  mlflow.authorization = 'Bearer t';
  server = startProbelog(['serve'], {
    dataFolder: folder,
    environment: {
      PROBELOG_PRIVATE_ADDRESSES: '127.0.0.1',
      PROBELOG_MODEL_FOLDERS: join(folder, 'models'),
      PROBELOG_MLFLOW_URL: mlflow.url,
      PROBELOG_MLFLOW_TOKEN: 't',
    },
  });
  url = /answers at (\S+)\/graphql/.exec(await server.printed(/answers at \S+/))?.[1] ?? '';
});
afterAll(async () => {
  server.child.kill('SIGTERM');
  await server.ended;
  await mlflow.close();
  silent.closeAllConnections();
  silent.close();
  await rm(folder, { recursive: true, force: true });
});

describe('probelog ingest --url', () => {
  it('has the server probe a file that it can read, with labels of this machine', async () => {
    await writeFile(
      join(folder, 'elsewhere', 'labels.json'),
      JSON.stringify(['red', 'green', 'blue', 'gray']),
    );
    const model = join(folder, 'models', 'birds.onnx');
    const flags = ['--labels', 'labels.json', '--registry', 'hub', '--visibility', 'team-a', '--full'];
    const { code, stdout, stderr } = await remote('ingest', model, ...flags, '--json');
    expect([code, JSON.parse(stdout)]).toMatchObject([
      0,
      [{ name: 'birds', version: '1', state: 'SUCCEEDED', logits: 4, code: null }],
    ]);
    expect(stderr).toMatch(/^birds 1 …\nbirds 1: 4 logits, [\d.]+ s\n$/);
  });

  it('sends a model of this machine, with its data files and labels', async () => {
    const here = join(folder, 'elsewhere', 'sent');
    await mkdir(join(here, 'weights'), { recursive: true });
    await writeFile(join(here, 'model.onnx'), externalMeanColor({ location: 'weights/w.data' }));
    await writeFile(join(here, 'weights', 'w.data'), dataFile());
    await writeFile(join(here, 'labels.txt'), 'red\ngreen\nblue\ngray');
    await writeFile(join(here, 'secret.txt'), 'not a label');
    for (const source of [join('sent', 'model.onnx'), 'sent', join(here, 'model.onnx'), here]) {
      const { code, stdout, stderr } = await remote('ingest', source, '--json');
      expect([code, JSON.parse(stdout)]).toMatchObject([
        0,
        [{ name: 'sent', version: '1', state: 'SUCCEEDED', logits: 4, code: null }],
      ]);
      expect(stderr).toMatch(/^sent 1 …\nsent 1: 4 logits, /);
      const labels: { label: string }[] = await asked('labels', 'get', 'sent');
      expect(labels.map(({ label }) => label)).toEqual(['red', 'green', 'blue', 'gray']);
      await remote('rm', 'sent', '--yes');
    }
    await expect.poll(() => readdir(join(folder, 'data', 'model-uploads'))).toEqual([]);
  });

  it('says what is not there, and leaves nothing of what is refused', async () => {
    const missing = await remote('ingest', 'nowhere.onnx');
    expect([missing.code, missing.stderr]).toEqual([
      1,
      expect.stringContaining('SOURCE_NOT_FOUND: There is no file nowhere.onnx'),
    ]);
    const [outcome] = await asked('ingest', 'here.onnx', '--name', 'birds');
    expect(outcome).toMatchObject({ name: 'birds', state: 'FAILED', code: 'MODEL_EXISTS' });
    await expect.poll(() => readdir(join(folder, 'data', 'model-uploads'))).toEqual([]);
  });

  it('tells what the server refuses', async () => {
    const [outcome] = await asked('ingest', join(folder, 'models', 'birds.onnx'));
    expect(outcome).toMatchObject({ name: 'birds', state: 'FAILED', code: 'MODEL_EXISTS' });
  });

  it('tells how an ingest failed that was begun', async () => {
    await writeFile(join(folder, 'models', 'broken.onnx'), 'no model');
    const { code, stdout } = await remote('ingest', join(folder, 'models', 'broken.onnx'), '--json');
    expect([code, JSON.parse(stdout)]).toMatchObject([
      1,
      [{ name: 'broken', state: 'FAILED', logits: null }],
    ]);
  });
});

describe('probelog ingests --url', () => {
  it('lists ingests with the reasons of those that failed', async () => {
    const failed = await asked('ingests');
    expect(failed).toMatchObject([
      { name: 'broken', state: 'FAILED', code: expect.stringMatching(/^MODEL_/) },
    ]);
    expect(await asked('ingests', '--status', 'all', '--registry', 'hub')).toMatchObject([
      { name: 'birds', registry: 'hub', state: 'SUCCEEDED' },
    ]);
  });

  it('puts back what failed, by its id, and tells what cannot be put back', async () => {
    const [broken, birds] = await asked('ingests', '--status', 'all');
    expect(await asked('ingests', broken.id, '--retry')).toMatchObject([{ id: broken.id, code: null }]);
    const { code, stderr } = await remote('ingests', birds.id, '--retry');
    expect([code, stderr]).toEqual([1, expect.stringContaining(`${birds.id}: INGEST_NOT_RETRYABLE: `)]);
    const nothing = await remote('ingests', 'nothing');
    expect([nothing.code, nothing.stderr]).toEqual([1, expect.stringMatching(/^NOT_FOUND: .*"nothing"/)]);
  });
});

describe('probelog reprobe --url', () => {
  it('probes a model again by its name', async () => {
    expect(await asked('reprobe', 'birds', '--full')).toMatchObject([{ name: 'birds', state: 'SUCCEEDED' }]);
  });

  it('says that there is no such model', async () => {
    const { code, stderr } = await remote('reprobe', 'missing');
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^NOT_FOUND: /)]);
  });
});

describe('probelog kit --url', () => {
  it.each([[['mine']], [[]]])('writes the set %j to a file', async (named) => {
    const shown = await asked('kit', ...named, '--out', 'kit.tar');
    const file = join(folder, 'elsewhere', 'kit.tar');
    expect(shown).toMatchObject({ file: 'kit.tar', probeSet: 'mine', images: IMAGES });
    expect(shown.bytes).toBe((await stat(file)).size);
    const paths: string[] = [];
    await list({ file, onReadEntry: ({ path }) => paths.push(path) });
    expect(paths).toHaveLength(IMAGES + 3);
  });

  it('says that there is no such set, and writes nothing', async () => {
    const { code, stderr } = await remote('kit', 'other', '--out', 'other.tar');
    expect([code, stderr]).toEqual([1, expect.stringContaining('PROBE_SET_UNKNOWN')]);
    await expect(access(join(folder, 'elsewhere', 'other.tar'))).rejects.toThrow();
  });
});

describe('probelog upload --url', () => {
  const rows = [0, 1, 2].map((c) => Array.from({ length: IMAGES }, (_, p) => Math.sin(c * 12.9 + p * 7.3)));

  it('registers a model that is not known, and says when nothing changed', async () => {
    await writeFile(join(folder, 'elsewhere', 'responses.npy'), npyFile(rows));
    await writeFile(join(folder, 'elsewhere', 'three.json'), JSON.stringify(['cat', 'dog', 'cow']));
    const first = await remote('upload', 'ours@2', 'responses.npy', '--labels', 'three.json');
    expect(first).toEqual({
      code: 0,
      stdout: `ours@2: 3 outputs, ${IMAGES} of ${IMAGES} probes\n`,
      stderr: '',
    });
    expect(await asked('upload', 'ours', 'responses.npy')).toMatchObject({ version: '2', changed: false });
  });

  it('says what is wrong', async () => {
    await writeFile(join(folder, 'elsewhere', 'short.npy'), npyFile(rows.map((row) => row.slice(1))));
    const { code, stderr } = await remote('upload', 'ours', 'short.npy');
    expect([code, stderr]).toEqual([1, expect.stringContaining('RESPONSES_SHAPE_MISMATCH')]);
  });
});

describe('probelog sync --url', () => {
  it('has the server catch up with its registries', async () => {
    mlflow.add({ name: 'trees', version: '1', files: { 'model.onnx': meanColor() } });
    const dry = await remote('sync', '--dry-run');
    expect(dry).toMatchObject({ code: 0, stdout: expect.stringContaining('would be queued: trees@1') });
    expect(await asked('sync', '--registry', 'mlflow')).toMatchObject([
      { registry: 'mlflow', dryRun: false, ingested: ['trees@1'], error: null },
    ]);
  });
});

describe('probelog keys --url', () => {
  it('makes, lists and revokes keys', async () => {
    const made = await asked('keys', 'create', 'guest', '--scope', 'read', '--days', '3');
    expect(made).toMatchObject({ name: 'guest', scopes: ['read'], status: 'good' });
    expect(made.secret).toContain(made.prefix);
    const revoked = await remote('keys', 'revoke', made.prefix);
    expect(revoked.stdout).toBe(`key:${made.prefix} (guest) is revoked.\n`);
    expect(await asked('keys', 'list')).toMatchObject([
      { name: 'guest', status: 'revoked' },
      { name: 'admin', status: 'good' },
    ]);
  });

  it('are for administrators', async () => {
    const { secret } = await asked('keys', 'create', 'reader', '--scope', 'read');
    const refused = await runProbelog(['keys', 'list', '--url', url], {
      dataFolder: join(folder, 'elsewhere'),
      environment: { PROBELOG_KEY: secret },
    });
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/^FORBIDDEN: /)]);
  });
});

it('Ctrl-C ends the waiting with 130, and the ingest goes on at the server', async () => {
  const { port } = silent.address() as AddressInfo;
  const waiting = startProbelog(['ingest', `http://127.0.0.1:${port}/later.onnx`, '--url', url], {
    dataFolder: join(folder, 'elsewhere'),
    environment: { PROBELOG_KEY: key },
  });
  await once(silent, 'request');
  waiting.child.kill('SIGINT');
  expect(await waiting.ended).toMatchObject({ code: 130, stdout: '' });
  expect(await asked('ingests', '--status', 'running')).toContainEqual(
    expect.objectContaining({ name: 'later' }),
  );
});
