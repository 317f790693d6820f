import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { create } from 'tar';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { takeConcepts, takeDatabase } from '../fixtures/prepared-data.js';
import { meanColor } from '../probing/support/made-models.js';
import { folderOfImages } from './probe-images.js';
import { type Ended, runProbelog } from './run-probelog.js';

const IMAGES = 30;
let folder: string;
const probelog = (...args: string[]): Promise<Ended> => runProbelog(args, { dataFolder: folder });

/** The commands share one data folder, as on a user's machine: each test goes on from what is there. */
beforeAll(async () => {
  folder = await folderOfImages(IMAGES);
  await takeDatabase(join(folder, 'data'));
  await takeConcepts(join(folder, 'data'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('probelog probes create', () => {
  it('makes a set of a folder', async () => {
    const { code, stdout } = await probelog('probes', 'create', 'mine', 'images', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ name: 'mine', probes: IMAGES });
  });

  it('makes the same set of an archive: same digest, so it is the same set', async () => {
    await create({ gzip: true, file: join(folder, 'images.tar.gz'), cwd: folder }, ['images']);
    const { code, stdout } = await probelog('probes', 'create', 'mine', 'images.tar.gz', '--json');
    expect(code).toBe(0);
    const listed = JSON.parse((await probelog('probes', 'list', '--json')).stdout);
    expect(listed).toEqual([JSON.parse(stdout)]);
  });

  it('names an image that is corrupt, and one that is too large', async () => {
    await mkdir(join(folder, 'bad'));
    await writeFile(join(folder, 'bad', 'holiday.jpg'), 'not a picture');
    const corrupt = await probelog('probes', 'create', 'bad', 'bad');
    expect([corrupt.code, corrupt.stderr]).toEqual([
      1,
      expect.stringMatching(/PROBE_IMAGE_INVALID.*holiday\.jpg/s),
    ]);

    await mkdir(join(folder, 'large'));
    await sharp({ create: { width: 8_000, height: 6_250, channels: 3, background: 'red' } })
      .png()
      .toFile(join(folder, 'large', 'poster.png'));
    const large = await probelog('probes', 'create', 'large', 'large');
    expect([large.code, large.stderr]).toEqual([
      1,
      expect.stringMatching(/PROBE_IMAGE_INVALID.*poster\.png/s),
    ]);
    expect(JSON.parse((await probelog('probes', 'list', '--json')).stdout)).toHaveLength(1);
  });
});

describe('probelog ingest', () => {
  it('registers the good models of a folder and says what was wrong with the bad one', async () => {
    await mkdir(join(folder, 'models'));
    await writeFile(join(folder, 'models', 'good.onnx'), meanColor());
    await writeFile(join(folder, 'models', 'bad.onnx'), 'words');
    await writeFile(join(folder, 'models', 'labels.json'), JSON.stringify(['a', 'b', 'c', 'd']));
    const manifest = [
      { name: 'good', file: 'good.onnx', labels: 'labels.json' },
      { name: 'bad', file: 'bad.onnx' },
    ];
    await writeFile(join(folder, 'models', 'manifest.json'), JSON.stringify(manifest));
    const { code, stdout, stderr } = await probelog('ingest', 'models', '--registry', 'mine', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual([
      expect.objectContaining({
        name: 'good',
        state: 'SUCCEEDED',
        logits: 4,
        code: null,
        notes: expect.arrayContaining([
          {
            code: 'PREPROCESSING_ASSUMED',
            message: expect.stringContaining('No preprocessing was described'),
          },
        ]),
      }),
      expect.objectContaining({ name: 'bad', state: 'FAILED', logits: null, code: 'MODEL_NOT_ONNX' }),
    ]);
    expect(stderr).toContain('MODEL_NOT_ONNX');
  });

  it('refuses a second ingest of the same version, and goes on with the failed one', async () => {
    const [good, bad] = JSON.parse((await probelog('ingest', 'models', '--json')).stdout);
    expect([good.code, bad.code]).toEqual(['MODEL_EXISTS', 'MODEL_NOT_ONNX']);
  });

  it.each([
    [['ingest', 'nowhere.onnx'], 'SOURCE_NOT_FOUND'],
    [['ingest', 'models/good.onnx', '--name', 'x', '--probe-set', 'none'], 'PROBE_SET_UNKNOWN'],
    [['ingest', 'models/good.onnx', '--name', 'y', '--labels', 'images.tar.gz'], 'INPUT_INVALID'],
    [['ingest', 'images'], 'SOURCE_NOT_FOUND'],
    [
      ['ingest', 'models/good.onnx', '--diagnose', '--url', 'http://127.0.0.1:1'],
      '--diagnose runs the model on this',
    ],
  ])('%j: %s', async (args, wanted) => {
    const { code, stdout, stderr } = await probelog(...args);
    expect(code).not.toBe(0);
    expect(stdout + stderr).toContain(wanted);
  });
});

describe('probelog reprobe', () => {
  it('probes a model again, by its name, and tells how it fared', async () => {
    const { code, stdout, stderr } = await probelog('reprobe', 'good', '--full', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual([
      expect.objectContaining({ name: 'good', version: '1', state: 'SUCCEEDED', logits: 4, code: null }),
    ]);
    expect(stderr).toContain('good 1: 4 logits');
  });

  it('prints the notes of a model below its table', async () => {
    const { stdout, stderr } = await probelog('reprobe', 'good');
    expect(stdout).toContain('SUCCEEDED');
    expect(stderr).toContain('good 1: note: PREPROCESSING_ASSUMED: No preprocessing was described');
  });

  it('fails as the model does', async () => {
    const { code, stdout } = await probelog('reprobe', 'bad@1');
    expect(code).toBe(1);
    expect(stdout).toContain('MODEL_NOT_ONNX');
  });

  it.each([
    [['no-such'], 1, 'NOT_FOUND'],
    [['good', '--probe-set', 'none'], 1, 'PROBE_SET_UNKNOWN'],
    [[], 2, 'missing required argument'],
  ])('%j: exit status %d', async (args, wanted, reason) => {
    const { code, stdout, stderr } = await probelog('reprobe', ...args);
    expect([code, stdout + stderr]).toEqual([wanted, expect.stringContaining(reason)]);
  });
});

describe('probelog models', () => {
  const names = async (...args: string[]) =>
    JSON.parse((await probelog('models', '--json', ...args)).stdout).map(
      ({ name }: { name: string }) => name,
    );

  it('lists what filters admit, in the order that is wanted', async () => {
    expect((await names('--sort', 'name')).slice(0, 2)).toEqual(['bad', 'good']);
    expect(await names('--sort', 'outputs', '--registries', 'mine', '--min-classes', '4')).toEqual(['good']);
  });

  it.each([
    [['--first', '3'], '--first needs --concept'],
    [['--min-confidence', '0.5'], '--min-confidence needs --concept'],
    [['--concept', 'dog', '--sort', 'name'], 'leave out --sort'],
  ])('refuses %j', async (args, reason) => {
    const { code, stderr } = await probelog('models', ...args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(reason)]);
  });
});

describe('how much is probed', () => {
  it.each([
    ['ingest', 'models'],
    ['ingest', 'models/good.onnx'],
    ['reprobe', 'good'],
  ])('%s %s: refuses what is out of range, before anything is opened', async (command, subject) => {
    for (const [flags, reason] of [
      [['--budget', '0.01'], "The ingest's probing.budget is not usable: it must be from 0.02 to 1"],
      [['--budget', 'third'], '--budget is third; it must be a number'],
      [['--error-bound', '2'], "The ingest's probing.errorBound is not usable: it must be from 0 to 1"],
      [['--error-factor', '-1'], "The ingest's probing.errorFactor is not usable: it must be from 0 to 100"],
      [['--full', '--budget', '0.5'], "The ingest's probing is not usable: full runs every probe"],
    ] as const) {
      const { code, stderr } = await probelog(command, subject, ...flags);
      expect([code, stderr]).toEqual([2, expect.stringContaining(`INPUT_INVALID: ${reason}`)]);
    }
  });

  it('is taken by probelog ingest', async () => {
    const flags = ['--budget', '0.5', '--error-bound', '0.1', '--json'];
    const { code } = await probelog('ingest', 'models/good.onnx', '--name', 'in-part', ...flags);
    expect(code).toBe(0);
  });
});

describe('what was registered', () => {
  it('is listed by probelog models', async () => {
    const { stdout } = await probelog('models', '--json');
    expect(JSON.parse(stdout)).toContainEqual(
      expect.objectContaining({ name: 'good', status: 'READY', coverage: 1 }),
    );
    expect(JSON.parse(stdout)).toContainEqual(
      expect.objectContaining({ name: 'bad', status: 'FAILED', coverage: null }),
    );
    expect((await probelog('models')).stdout).toMatch(/^MODEL .* COVERAGE /);
  });

  it('is found by several concepts, and by a picture', async () => {
    const picture = join(folder, 'images', (await readdir(join(folder, 'images')))[0]);
    for (const question of [
      ['--any', 'dog', 'cat', '--none', 'car'],
      ['--image', picture],
    ]) {
      const { code, stdout } = await probelog('search', ...question, '--first', '2', '--json');
      expect(code).toBe(0);
      expect(JSON.parse(stdout)[0]).toHaveProperty('expectedAccuracy');
    }
    const { stdout } = await probelog('search', 'dog', '--licence', 'no-such', '--json');
    expect(JSON.parse(stdout)).toEqual([]);
    expect(await probelog('search')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('exactly one of the four'),
    });
    expect(await probelog('search', 'dog', '--min-classes', 'few')).toMatchObject({ code: 2 });
  });

  it('is found by the registry that it came from', async () => {
    const { stdout } = await probelog('search', 'dog', '--registry', 'mine', '--json');
    expect(JSON.parse(stdout)).toHaveLength(4);
  });

  it('is narrowed to models by name and by text, with the probes that made it match', async () => {
    const found = async (...flags: string[]) =>
      JSON.parse((await probelog('search', 'red', ...flags, '--json')).stdout);
    const [best] = await found('--models', 'good@1', '--model-text', 'goo', '--evidence', '2');
    expect(best).toMatchObject({ model: 'good', evidence: [{ probe: expect.any(Number) }, {}] });
    expect(await found('--exclude-models', 'good', 'in-part')).toEqual([]);
    expect(await found('--model-text', 'elsewhere')).toEqual([]);
  });

  it('is not searched by an unregistered model', async () => {
    expect((await probelog('search', 'red', '--models', 'missing')).stderr).toContain('NOT_FOUND');
  });

  it('is not searched by a folder or a file that is too large for a picture', async () => {
    await writeFile(join(folder, 'large.jpg'), Buffer.alloc(10 * 2 ** 20 + 1));
    for (const [image, wanted] of [
      ['images', /^INPUT_INVALID.*no file/],
      ['large.jpg', /^INPUT_INVALID.*bytes/],
      ['nowhere.jpg', /^SOURCE_NOT_FOUND/],
    ] as const) {
      const { code, stderr } = await probelog('search', '--image', image);
      expect(code).not.toBe(0);
      expect(stderr).toMatch(wanted);
    }
  });

  it('is ranked by several concepts', async () => {
    const { code, stdout } = await probelog('models', '--concept', 'red', 'green', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toContainEqual(
      expect.objectContaining({ name: 'good', score: expect.any(Number) }),
    );
    const none = await probelog('models', '--concept', 'red', '--min-classes', '5', '--json');
    expect(JSON.parse(none.stdout)).toEqual([]);
  });

  it('is named', async () => {
    const { code, stdout } = await probelog('name', 'good', '--output', '1', '--first', '2', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      summary: expect.stringMatching(/^An image classifier with 4 outputs\. .*too few logits/),
      names: [
        { index: 1, name: expect.any(String), score: expect.any(Number), confidence: null },
        expect.objectContaining({ index: 1 }),
      ],
    });
    expect(await probelog('name', 'good', '--output', '4')).toMatchObject({ code: 2 });
    expect(await probelog('name', 'missing')).toMatchObject({ code: 1 });
  });

  it('is found by probelog search', async () => {
    const { code, stdout } = await probelog('search', 'red', '--first', '2', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toHaveLength(2);
  });

  it.each([['0'], ['-1'], ['many'], ['100000']])('is not searched with --first %s', async (first) => {
    expect((await probelog('search', 'red', '--first', first)).code).toBe(first === '0' ? 0 : 2);
  });
});
