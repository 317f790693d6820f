import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ProbeFile } from '../../src/probing/index.js';
import { requires } from '../fixtures/requires.js';
import { endless, hungry } from './support/bad-models.js';
import { childrenOf, isAlive } from './support/children.js';
import { attribute, FLOAT, graph, message, model, node, value } from './support/encode-onnx.js';
import { meanColor, meanColorGraph } from './support/made-models.js';
import { codeOf, LIMITS, plainProbes, probeFile, runModel, temporaryFolder } from './support/run-model.js';

/** A process that runs an endless model is in its loop this long after its start. */
const LOOPING_MS = 1_000;
const SOON = { timeout: 30_000, interval: 20 };

/** The children of a process, once it has some. */
function startedBy(parent: number): Promise<number[]> {
  return vi.waitUntil(() => {
    const children = childrenOf(parent);
    return children.length > 0 && children;
  }, SOON);
}

let probes: ProbeFile[];

beforeAll(async () => {
  probes = await plainProbes();
});

describe('a file that is no model', () => {
  it.each([
    ['MODEL_EMPTY', Buffer.alloc(0)],
    ['MODEL_NOT_ONNX', Buffer.from('hello world, this is no model')],
    ['MODEL_NOT_ONNX', Buffer.from('{"name": "a JSON file"}')],
    ['MODEL_NOT_ONNX', Buffer.from('<!doctype html><title>404</title>')],
    [
      'MODEL_NOT_ONNX',
      Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n'),
    ],
    ['MODEL_NOT_ONNX', Buffer.from('PK\x03\x04\x14\0\0\0')],
    ['MODEL_NOT_ONNX', Buffer.alloc(1000)],
  ])('%s', async (code, bytes) => {
    expect(await codeOf(runModel(bytes, probes))).toBe(code);
  });

  it('says what a Git LFS pointer is', async () => {
    const pointer = Buffer.from('version https://git-lfs.github.com/spec/v1\n');
    await expect(runModel(pointer, probes)).rejects.toThrow(/Git LFS pointer/);
  });

  it('is distinguished from noise, whatever the noise', async () => {
    for (let i = 0; i < 5; i++)
      expect(await codeOf(runModel(randomBytes(2_000), probes))).toMatch(/^MODEL_(NOT_ONNX|TRUNCATED)$/);
  });

  it('MODEL_TRUNCATED wherever a model is cut', async () => {
    const whole = meanColor();
    for (const share of [0.1, 0.3, 0.6, 0.9, 0.98]) {
      const part = whole.subarray(0, Math.floor(whole.length * share));
      expect(await codeOf(runModel(part, probes)), `${share}`).toBe('MODEL_TRUNCATED');
    }
  });

  it('SOURCE_NOT_FOUND, MODEL_TOO_LARGE', async () => {
    expect(await codeOf(runModel(join(await temporaryFolder(), 'none.onnx'), probes))).toBe(
      'SOURCE_NOT_FOUND',
    );
    const limits = { ...LIMITS, maxModelBytes: 100 };
    expect(await codeOf(runModel(meanColor(), probes, { limits }))).toBe('MODEL_TOO_LARGE');
  });

  it('MODEL_NOT_ONNX for another kind of file, also above 2 GiB', async () => {
    const path = join(await temporaryFolder(), 'model.onnx');
    await writeFile(path, Buffer.concat([Buffer.from([2, 0, 0, 0, 0, 0, 0, 0]), Buffer.from('{}')]));
    await truncate(path, 2 ** 31 + 2 ** 20);
    const limits = { ...LIMITS, maxModelBytes: 2 ** 33 };
    await expect(runModel(path, probes, { limits })).rejects.toMatchObject({
      code: 'MODEL_NOT_ONNX',
      message: expect.stringContaining('safetensors'),
    });
  });
});

describe('data outside the model file', () => {
  /** TensorProto with data_location EXTERNAL and a path. */
  const external = (name: string) =>
    message([
      [1, 12],
      [2, FLOAT],
      [8, name],
      [
        13,
        message([
          [1, 'location'],
          [2, '../../../../etc/passwd'],
        ]),
      ],
      [14, 1],
    ]);
  const plain = meanColorGraph({});
  const constant = node('Constant', [], ['c'], [attribute('value', { tensor: external('hidden') })]);
  const inBranch = graph({ nodes: [constant], inputs: [], outputs: [value('c')] });

  it.each([
    ['an initializer', model({ ...plain, initializers: [...(plain.initializers ?? []), external('w')] })],
    ['a sparse initializer', model({ ...plain, sparseInitializers: [message([[1, external('s')]])] })],
    ['an attribute', model({ ...plain, nodes: [...plain.nodes, constant] })],
    [
      'a sparse attribute',
      model({
        ...plain,
        nodes: [
          ...plain.nodes,
          node(
            'Constant',
            [],
            ['c'],
            [
              message([
                [1, 'sparse_value'],
                [22, message([[2, external('i')]])],
                [20, 11],
              ]),
            ],
          ),
        ],
      }),
    ],
    [
      'a subgraph',
      model({
        ...plain,
        nodes: [...plain.nodes, node('If', ['q'], ['c'], [attribute('then_branch', { graph: inBranch })])],
      }),
    ],
    [
      'a function',
      model(plain, {
        functions: [
          message([
            [1, 'F'],
            [7, constant],
            [10, 'own'],
          ]),
        ],
      }),
    ],
    [
      'a second graph that protobuf merges with the first',
      Buffer.concat([model(plain), message([[7, message([[5, external('late')]])]])]),
    ],
  ])('is found in %s', async (_, bytes) => {
    expect(await codeOf(runModel(bytes, probes))).toBe('MODEL_EXTERNAL_DATA');
  });

  it('cannot be hidden by a field in a wrong encoding', async () => {
    const crafted = message([
      [1, 8],
      [7, message([[5, 7]])],
      [8, message([[2, 13]])],
    ]);
    expect(await codeOf(runModel(crafted, probes))).toBe('MODEL_NOT_ONNX');
  });
});

describe('operators', () => {
  it('of unknown sets are named', async () => {
    const tail = {
      nodes: [node('Frobnicate', ['logits'], ['answer'], [], 'com.example')],
      outputs: [value('answer', FLOAT, ['N', 4])],
    };
    await expect(runModel(meanColor({ tail, domains: ['com.example'] }), probes)).rejects.toMatchObject({
      code: 'MODEL_UNSUPPORTED',
      message: expect.stringMatching(/"Frobnicate".*"com\.example"/),
    });
  });

  it('that ONNX does not have are named', async () => {
    const tail = {
      nodes: [node('Frobnicate', ['logits'], ['answer'])],
      outputs: [value('answer', FLOAT, ['N', 4])],
    };
    await expect(runModel(meanColor({ tail }), probes)).rejects.toMatchObject({
      code: 'MODEL_UNSUPPORTED',
      message: expect.stringMatching(/Frobnicate/),
    });
  });

  it('of a model’s own functions are fine', async () => {
    const own = message([
      [1, 'Twice'],
      [4, 'x'],
      [5, 'y'],
      [7, node('Add', ['x', 'x'], ['y'])],
      [
        9,
        message([
          [1, ''],
          [2, 13],
        ]),
      ],
      [10, 'own'],
    ]);
    const tail = {
      nodes: [node('Twice', ['logits'], ['answer'], [], 'own')],
      outputs: [value('answer', FLOAT, ['N', 4])],
    };
    const bytes = model(meanColorGraph({ tail }), { domains: ['own'], functions: [own] });
    expect((await runModel(bytes, probes)).rows).toHaveLength(probes.length);
  });

  it('nested without end are refused', async () => {
    let inner = graph({ nodes: [], inputs: [], outputs: [] });
    for (let depth = 0; depth < 200; depth++)
      inner = graph({
        nodes: [node('If', ['q'], ['c'], [attribute('then_branch', { graph: inner })])],
        inputs: [],
        outputs: [],
      });
    const deep = message([
      [1, 8],
      [7, inner],
      [8, message([[2, 13]])],
    ]);
    expect(await codeOf(runModel(deep, probes))).toBe('MODEL_NOT_ONNX');
  });
});

describe('a model that misbehaves', () => {
  it('INFERENCE_TIMEOUT when it hangs, and its process is gone', async () => {
    const started = performance.now();
    expect(await codeOf(runModel(endless(), probes, { limits: { ...LIMITS, stallMs: 1_500 } }))).toBe(
      'INFERENCE_TIMEOUT',
    );
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(childrenOf(process.pid).filter(isAlive)).toEqual([]);
  });

  it('INFERENCE_TIMEOUT when all of it takes too long', async () => {
    const limits = { ...LIMITS, totalMs: 1_000 };
    expect(await codeOf(runModel(endless(), probes, { limits }))).toBe('INFERENCE_TIMEOUT');
  });

  it('INFERENCE_MEMORY when it takes more than its share', async () => {
    const limits = { ...LIMITS, memoryBytes: 400 * 2 ** 20 };
    expect(await codeOf(runModel(hungry(300 * 2 ** 20), probes, { limits }))).toBe('INFERENCE_MEMORY');
  });

  it('INFERENCE_MEMORY when it asks for more than there is', async () => {
    expect(await codeOf(runModel(hungry(2 ** 44), probes))).toBe('INFERENCE_MEMORY');
  });

  it.runIf(requires('linux'))('INFERENCE_CRASHED when native code ends the process', async () => {
    const run = runModel(endless(), probes);
    const outcome = run.catch((thrown) => thrown);
    const children = await startedBy(process.pid);
    await sleep(LOOPING_MS);
    for (const child of children) process.kill(child, 'SIGSEGV');
    expect(await outcome).toMatchObject({
      code: 'INFERENCE_CRASHED',
      message: expect.stringMatching(/SIGSEGV/),
    });
  });

  it('INGEST_CANCELLED when the caller gives up', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 800);
    expect(await codeOf(runModel(endless(), probes, { signal: controller.signal }))).toBe('INGEST_CANCELLED');
    expect(await codeOf(runModel(meanColor(), probes, { signal: AbortSignal.abort() }))).toBe(
      'INGEST_CANCELLED',
    );
  });

  it.runIf(requires('linux'))('sees no environment variable of ours', async () => {
    process.env.PROBELOG_TEST_SECRET = 'hush';
    let environment = '';
    await runModel(meanColor(), probes, {
      async onInspected() {
        for (const child of childrenOf(process.pid))
          environment += await readFile(`/proc/${child}/environ`, 'latin1');
      },
    });
    expect(environment).toMatch(/PATH=/);
    expect(environment).not.toMatch(/hush/);
  });

  it.runIf(requires('linux'))('ends with its parent, even during an endless loop', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'endless.onnx'), endless());
    const probing = fileURLToPath(new URL('../../dist/src/probing/index.js', import.meta.url));
    const script = `import { probeModel } from ${JSON.stringify(probing)};
      await probeModel({ modelFile: ${JSON.stringify(join(folder, 'endless.onnx'))}, preprocessing: null,
        probes: ${JSON.stringify(probes)}, limits: ${JSON.stringify(LIMITS)}, onBatch() {} });`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' });
    onTestFinished(() => void parent.kill('SIGKILL'));
    const [child] = await startedBy(parent.pid ?? 0);
    await sleep(LOOPING_MS);
    expect(isAlive(child)).toBe(true);
    parent.kill('SIGKILL');
    await vi.waitUntil(() => !isAlive(child), SOON);
  });

  it('rethrows the error of the caller', async () => {
    const onBatch = () => {
      throw new Error('the disk is full');
    };
    expect(await codeOf(runModel(meanColor(), probes, { onBatch }))).toMatch(/the disk is full/);
    expect(childrenOf(process.pid).filter(isAlive)).toEqual([]);
  });
});

describe('a run', () => {
  it('resumes at the probe where it was interrupted', async () => {
    const whole = await runModel(meanColor({ batch: 2 }), probes);
    const rest = await runModel(meanColor({ batch: 2 }), probes, { startAt: 3 });
    expect(rest.rows).toEqual(whole.rows.slice(3));
    expect(rest.firsts[0]).toBe(3);
    const none = await runModel(meanColor(), probes, { startAt: probes.length });
    expect(none.rows).toEqual([]);
    expect(none.inspected.output.outputs).toBe(4);
  });

  it('waits for its caller without a stall timeout', async () => {
    const many = Array.from({ length: 12 }, (_, i) => probes[i % probes.length]);
    let under = 0;
    const run = await runModel(meanColor({ batch: 1 }), many, {
      limits: { ...LIMITS, stallMs: 5_000 },
      async onBatch([first]) {
        expect(++under).toBe(1);
        await sleep(first === 3 ? 6_000 : 50);
        under--;
      },
    });
    expect(run.firsts).toEqual(many.map((_, i) => i));
  });

  it('reports the peak of its memory', async () => {
    const { peakMemoryBytes } = await runModel(meanColor(), probes);
    expect(peakMemoryBytes).toBeGreaterThan(20 * 2 ** 20);
    expect(peakMemoryBytes).toBeLessThan(2 ** 30);
  });

  it('PROBE_IMAGE_INVALID when a probe image is damaged', async () => {
    const path = join(await temporaryFolder(), 'bad.png');
    await writeFile(path, 'no image');
    expect(await codeOf(runModel(meanColor(), [...probes, await probeFile(path)]))).toBe(
      'PROBE_IMAGE_INVALID',
    );
    expect(await codeOf(runModel(meanColor(), []))).toBe('PROBE_SET_EMPTY');
  });
});
