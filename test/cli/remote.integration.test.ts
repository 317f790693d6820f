import { once } from 'node:events';
import { copyFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEMO } from '../fixtures/demo-service.js';
import { folderOfImages } from './probe-images.js';
import { type Running, runProbelog, startProbelog } from './run-probelog.js';

/** Commands, run on the data folder first and then on the server that has it. */
const QUESTIONS = [
  ['models'],
  ['models', 'resnet20'],
  ['models', '--concept', 'frog', 'truck', '--min-classes', '5', '--first', '3'],
  ['search', 'frog', '--first', '3', '--evidence', '2'],
  ['search', 'frog', '--first', '100', '--evidence', '100'],
  ['search', '--all', 'frog', '--none', 'truck', '--first', '3', '--models', 'first', 'second@1'],
  ['search', '--image', 'picture.jpg', '--first', '2', '--exclude-models', 'first'],
  ['search', '--like', 'first@1#6', '--first', '3'],
  ['name', 'first', '--first', '2'],
  ['name', 'second@1', '--output', '3'],
];

let folder: string;
let server: Running;
let key: string;
let url: string;
const answers = new Map<string, string>();
const local = (...args: string[]) => runProbelog(args, { dataFolder: folder });
const remote = (args: string[], environment: Record<string, string> = { PROBELOG_KEY: key }) =>
  runProbelog([...args, '--url', url], { dataFolder: join(folder, 'elsewhere'), cwd: folder, environment });

beforeAll(async () => {
  folder = await folderOfImages(40);
  const [image] = await readdir(join(folder, 'images'));
  await copyFile(join(folder, 'images', image), join(folder, 'picture.jpg'));
  await local('probes', 'create', 'mine', 'images');
  const model = join(DEMO, 'models', 'cifar10_resnet20');
  for (const name of ['first', 'second'])
    await local('ingest', `${model}.onnx`, '--labels', `${model}.labels.json`, '--name', name);
  key = (await local('keys', 'create', 'reader', '--scope', 'read')).stdout.trim();
  for (const question of QUESTIONS)
    answers.set(question.join(' '), (await local(...question, '--json')).stdout);
  server = startProbelog(['serve'], { dataFolder: folder });
  url = /answers at (\S+)\/graphql/.exec(await server.printed(/answers at \S+/))?.[1] ?? '';
});
afterAll(async () => {
  server.child.kill('SIGTERM');
  await server.ended;
  await rm(folder, { recursive: true, force: true });
});

describe('a server answers as its data folder does', () => {
  it.each(QUESTIONS.map((question) => [question]))('%j', async (asked) => {
    const { code, stdout, stderr } = await remote([...asked, '--json']);
    expect([code, stderr]).toEqual([0, '']);
    // A reader sees no folder of the server.
    const here = (answers.get(asked.join(' ')) ?? '').replaceAll(join(DEMO, 'models/'), '');
    expect(JSON.parse(stdout)).toEqual(JSON.parse(here));
  });
});

it('takes the id of a logit from its API', async () => {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ query: '{ logits(concept: "frog", first: 1) { edges { node { id } } } }' }),
  });
  const { data } = (await response.json()) as { data: { logits: { edges: { node: { id: string } }[] } } };
  const { code, stdout } = await remote(['search', '--like', data.logits.edges[0].node.id, '--jsonl']);
  expect(code).toBe(0);
  expect(stdout.trim().split('\n').length).toBe(10);
});

describe('the key', () => {
  it('may come from a file', async () => {
    await writeFile(join(folder, 'key'), `${key}\n`);
    const { code } = await remote(['models'], { PROBELOG_KEY_FILE: join(folder, 'key') });
    expect(code).toBe(0);
  });

  it('is required by the server when it is missing or wrong, and is not printed', async () => {
    expect(await remote(['models'], {})).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^UNAUTHENTICATED|^FORBIDDEN/),
    });
    const wrong = await remote(['models'], { PROBELOG_KEY: 'plk_wrong_s3cret' });
    expect(wrong).toMatchObject({ code: 1, stderr: expect.stringMatching(/^UNAUTHENTICATED: /) });
    expect(wrong.stderr).not.toContain('s3cret');
  });
});

it.each([
  [['name', 'missing'], 1, 'NOT_FOUND'],
  [['search', '--like', 'first@1#10'], 1, 'NOT_FOUND'],
  [['search', 'frog', '--probe-set', 'none'], 1, 'PROBE_SET_UNKNOWN'],
  [['name', 'first', '--output', '10'], 2, '--output is 10'],
])('%j: exit status %d', async (args, wanted, reason) => {
  const { code, stderr } = await remote(args);
  expect([code, stderr]).toEqual([wanted, expect.stringContaining(reason)]);
});

it('says which commands ask no server, and refuses what is none', async () => {
  const options = { dataFolder: folder };
  expect(await runProbelog(['probes', 'list', '--url', url], options)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('upload ask a server with --url; the other commands'),
  });
  expect(await runProbelog(['models', '--url', 'ftp://u:p@host'], options)).toMatchObject({ code: 2 });
  const unreachable = await runProbelog(['models', '--url', 'http://127.0.0.1:1'], options);
  expect(unreachable).toMatchObject({ code: 1, stderr: expect.stringMatching(/^NETWORK: /) });
});

it('a server that does not know an operation is an older one', async () => {
  const error = {
    message: 'Cannot query field "license" on type "Model".',
    extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
  };
  const server = createServer((_, reply) => reply.end(JSON.stringify({ errors: [error] })));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    const older = await runProbelog(['models', '--url', `http://127.0.0.1:${port}`], { dataFolder: folder });
    expect([older.code, older.stderr]).toEqual([
      1,
      'GRAPHQL_VALIDATION_FAILED: The server does not know this operation: it is older than this command. Upgrade the server, or use the client of its release.\n',
    ]);
  } finally {
    server.close();
  }
});
