import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Answer } from '../fixtures/demo-service.js';
import { type Running, runProbelog, startProbelog } from './run-probelog.js';

const READY = /in a browser to try your own queries/;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'probelog-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const serveDemo = () => startProbelog(['serve', '--demo'], { dataFolder: folder });

async function ask(output: string, query: string) {
  const url = /answers at (\S+)/.exec(output)?.[1] ?? '';
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return ((await response.json()) as Answer).data;
}

async function stop({ child, ended }: Running, signal: 'SIGTERM' | 'SIGINT') {
  child.kill(signal);
  return (await ended).code;
}

const INGESTS = '{ ingests(first: 100) { edges { node { state attempts finishedAt model { name } } } } }';
let finished: unknown;

/** One demo from its first start to its last, in order: each test goes on from what the one before left. */
it('kill -9 in the middle of the first start: the second finishes it and answers "cat" with cats of three models', async () => {
  const first = serveDemo();
  await first.printed(/mobilenet_v1_0\.25_128 1: 1001 logits/);
  first.child.kill('SIGKILL');
  await first.ended;

  const second = serveDemo();
  const output = await second.printed(READY);
  const answers = [...output.matchAll(/^ +(\d+) % {2}(.*) {2}– {2}(.*)$/gm)];
  expect(answers).toHaveLength(6);
  for (const [, confidence, label] of answers) {
    expect(Number(confidence)).toBeGreaterThan(50);
    expect(label).toMatch(/\bcat\b/);
  }
  expect(new Set(answers.map(([, , , model]) => model)).size).toBe(3);
  const { ingests } = await ask(output, INGESTS);
  const nodes = ingests.edges.map(({ node }: { node: { state: string } }) => node);
  expect(nodes).toHaveLength(5);
  expect(nodes.every(({ state }: { state: string }) => state === 'SUCCEEDED')).toBe(true);
  expect(nodes).toContainEqual(
    expect.objectContaining({ attempts: 1, model: { name: 'mobilenet_v1_0.25_128' } }),
  );
  finished = nodes;

  const intruder = await runProbelog(['models'], { dataFolder: folder });
  expect([intruder.code, intruder.stderr]).toEqual([1, expect.stringMatching(/^DATA_FOLDER_IN_USE: /)]);
  expect(await ask(output, INGESTS)).toEqual({ ingests });
  expect(await stop(second, 'SIGTERM')).toBe(0);
}, 400_000);

it('a third start probes nothing again, says so in no time, and ends on Ctrl-C', async () => {
  const third = serveDemo();
  const output = await third.printed(READY);
  const { ingests } = await ask(output, INGESTS);
  expect(ingests.edges.map(({ node }: { node: unknown }) => node)).toEqual(finished);
  expect(output).not.toMatch(/logits, \d/);
  expect(await stop(third, 'SIGINT')).toBe(0);
});

it('--subgraph: the same data as a part of a supergraph', async () => {
  const environment = { PROBELOG_SUBGRAPH_MODEL: 'RegisteredModel', PROBELOG_SUBGRAPH_KEY: 'name' };
  const subgraph = startProbelog(['serve', '--subgraph'], { dataFolder: folder, environment });
  const output = await subgraph.printed(/answers at \S+/);
  const data = await ask(
    output,
    `{ _service { sdl } _entities(representations: [{ __typename: "RegisteredModel", name: "cifar10_resnet20" }]) {
      ... on RegisteredModel { name probing { version status outputs } } } }`,
  );
  expect(data._service.sdl).toContain('type RegisteredModel\n  @key(fields: "name")');
  const probing = { version: '1', status: 'READY', outputs: 10 };
  expect(data._entities).toEqual([{ name: 'cifar10_resnet20', probing }]);
  expect(await stop(subgraph, 'SIGTERM')).toBe(0);
});

it('a port in use: a clear error, and the data folder is free again', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const port = String((taken.address() as AddressInfo).port);
  const { code, stderr } = await runProbelog(['serve'], { dataFolder: folder, environment: { PORT: port } });
  taken.close();
  expect(code).toBe(2);
  expect(stderr).toMatch(new RegExp(`^CONFIG_INVALID: .*${port}`, 'm'));
  expect((await runProbelog(['models', '--json'], { dataFolder: folder })).code).toBe(0);
});
