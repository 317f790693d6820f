import childProcess, { type ChildProcess } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { dot } from '../../src/domain/index.js';
import { openTextEncoder, type TextEncoder } from '../../src/text/index.js';
import { shareEncoders } from '../setup/shared-encoder.js';
import { temporaryFolder } from '../store/temporary-folder.js';

/** The processes that encoders were given, to end them as a crash would. */
const started: ChildProcess[] = [];
const { fork } = childProcess;
function setFork(wanted: typeof fork): void {
  childProcess.fork = wanted;
  syncBuiltinESMExports();
}
setFork(
  new Proxy(fork, {
    apply(target, self, args) {
      const child = Reflect.apply(target, self, args);
      started.push(child);
      return child;
    },
  }),
);
afterAll(() => setFork(fork));

const demo = fileURLToPath(new URL('../../demo/', import.meta.url));
const unavailable = { code: 'TEXT_ENCODER_UNAVAILABLE' };
const ROOM = 2 ** 33;
let encoder: TextEncoder;

async function openDemoEncoder(maxMemoryBytes = ROOM): Promise<TextEncoder> {
  return openTextEncoder({
    model: join(demo, 'encoder'),
    cacheFolder: await temporaryFolder(),
    maxMemoryBytes,
  });
}

beforeAll(async () => {
  shareEncoders(false);
  encoder = await openTextEncoder({
    model: join(demo, 'encoder'),
    cacheFolder: join(tmpdir(), 'probelog-test-encoders'),
    maxMemoryBytes: ROOM,
  });
});
afterAll(async () => {
  shareEncoders(true);
  await encoder.close();
});

describe('a text encoder', () => {
  it('puts a text near the images that show it', async () => {
    const [dog, cat] = await encoder.embedTexts(['dog', 'cat']);
    const images = await encoder.embedImages([
      join(demo, 'probes/pets-0008.jpg'),
      join(demo, 'probes/pets-0079.jpg'),
    ]);
    expect(dot(dog, dog)).toBeCloseTo(1, 4);
    expect(dot(images[0], images[0])).toBeCloseTo(1, 4);
    expect(dot(dog, images[0])).toBeGreaterThan(dot(cat, images[0]));
    expect(dot(cat, images[1])).toBeGreaterThan(dot(dog, images[1]));
  });

  it('sees the middle of an image that is all side, and takes no more memory for it', async () => {
    const folder = await temporaryFolder();
    const gradient = Buffer.from(Array.from({ length: 16_383 * 3 }, (_, at) => (at * 7) % 256));
    const line = (width: number, height: number) =>
      sharp(gradient, { raw: { width, height, channels: 3 } }).webp({ lossless: true });
    await line(1, 16_383).toFile(join(folder, 'tall.webp'));
    await line(16_383, 1).toFile(join(folder, 'wide.webp'));
    await line(1, 16_383)
      .extract({ left: 0, top: 8_190, width: 1, height: 2 })
      .toFile(join(folder, 'middle.webp'));
    const paths = ['tall', 'wide', 'middle'].map((name) => join(folder, `${name}.webp`));
    const [tall, wide, middle] = await encoder.embedImages(paths);
    expect(dot(tall, middle)).toBeCloseTo(1, 4);
    expect(dot(wide, wide)).toBeCloseTo(1, 4);
    const status = await readFile(`/proc/${started.at(-1)?.pid}/status`, 'utf8');
    expect(Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1])).toBeLessThan(1_500_000);
  });

  it('gives a text the same vector alone and among others', async () => {
    const [alone] = await encoder.embedTexts(['fire engine']);
    const [among] = await encoder.embedTexts(['fire engine', 'a much longer text about something else']);
    expect(dot(alone, among)).toBeCloseTo(1, 3);
  });

  it('never begins what is unwanted before its turn', async () => {
    const sent = vi.spyOn(started[0], 'send');
    const unwanted = new AbortController();
    const before = [encoder.embedTexts(['dog']), encoder.embedTexts(['cat'])];
    const texts = encoder.embedTexts(['a bird'], unwanted.signal);
    const images = encoder.embedImages([join(demo, 'nowhere.jpg')], unwanted.signal);
    unwanted.abort(new Error('the caller left'));
    await expect(texts).rejects.toThrow('the caller left');
    await expect(images).rejects.toThrow('the caller left');
    await Promise.all([...before, encoder.embedTexts(['stone'])]);
    expect(sent.mock.calls.map(([request]) => request)).toMatchObject([
      { args: [['dog']] },
      { args: [['cat']] },
      { args: [['stone']] },
    ]);
    sent.mockRestore();
  });

  it('reads as much of a long text as it can', async () => {
    expect(await encoder.embedTexts(['dog '.repeat(600)])).toHaveLength(1);
  });

  it('fails the call under way when its process is killed, and answers the next', async () => {
    const failing = expect(encoder.embedTexts(Array(2_000).fill('dog'))).rejects.toMatchObject(unavailable);
    started.at(-1)?.kill('SIGKILL');
    await failing;
    expect(await encoder.embedTexts(['dog'])).toHaveLength(1);
  });

  it('is ended when it takes more memory than it may, and answers the next call', async () => {
    // One text takes about 200 MiB, and these a gigabyte.
    const bounded = await openDemoEncoder(400 * 2 ** 20);
    const running = started.length;
    await expect(bounded.embedTexts(Array(400).fill('dog '.repeat(100)))).rejects.toMatchObject({
      ...unavailable,
      message: expect.stringContaining('more than 400 MiB of memory (PROBELOG_TEXT_ENCODER_MEMORY)'),
    });
    expect(await bounded.embedTexts(['dog'])).toHaveLength(1);
    expect(started.length).toBe(running + 2);
    await bounded.close();
  });

  it('survives being asked while its process is going away', async () => {
    started.at(-1)?.disconnect();
    const asked = encoder.embedTexts(['dog']).then(
      () => 'answered',
      ({ code }) => code,
    );
    expect(['answered', unavailable.code]).toContain(await asked);
    await vi.waitFor(async () => expect(await encoder.embedTexts(['dog'])).toHaveLength(1), 60_000);
  });

  it('goes on after an image that cannot be read', async () => {
    await expect(encoder.embedImages([join(demo, 'nowhere.jpg')])).rejects.toMatchObject(unavailable);
    expect(await encoder.embedImages([join(demo, 'probes/pets-0008.jpg')])).toHaveLength(1);
  });

  it('finishes earlier requests before it closes, and takes no later ones', async () => {
    const closing = await openDemoEncoder();
    const asked = closing.embedTexts(['dog']);
    await closing.close();
    expect(await asked).toHaveLength(1);
    await expect(closing.embedTexts(['dog'])).rejects.toMatchObject(unavailable);
    expect(started.at(-1)?.signalCode).toBe('SIGKILL');
  });

  it('has an id that follows the files', async () => {
    const again = await openDemoEncoder();
    expect(await again.id()).toBe(await encoder.id());
    const hub = { model: 'owner/name', cacheFolder: await temporaryFolder(), maxMemoryBytes: ROOM };
    expect(await (await openTextEncoder(hub)).id()).toBe('hub:owner/name@main');
    expect(await (await openTextEncoder({ ...hub, model: 'owner/name@v2' })).id()).toBe('hub:owner/name@v2');
  });

  const asFolder = (path: string) => rm(path).then(() => mkdir(path));
  it.each([
    ['tokenizer.json', 'is empty', (path: string) => writeFile(path, '')],
    ['config.json', 'is not JSON', (path: string) => writeFile(path, '{')],
    ['onnx/text_model.onnx', 'is not a file', asFolder],
  ] as const)('names the file that is damaged: %s %s', async (file, problem, damage) => {
    const folder = await temporaryFolder();
    await cp(join(demo, 'encoder'), folder, { recursive: true });
    await damage(join(folder, file));
    await expect(
      openTextEncoder({ model: folder, cacheFolder: folder, maxMemoryBytes: ROOM }),
    ).rejects.toMatchObject({
      ...unavailable,
      message: expect.stringContaining(`${file} of the text encoder cannot be used: it ${problem}`),
    });
  });

  const tokenizerOfZeros = async (folder: string) => {
    const path = join(folder, 'tokenizer.json');
    const tokenizer = JSON.parse(await readFile(path, 'utf8'));
    for (const token of Object.keys(tokenizer.model.vocab)) tokenizer.model.vocab[token] = 0;
    await writeFile(path, JSON.stringify(tokenizer));
  };
  const weightsOfNaN = async (folder: string) => {
    const path = join(folder, 'onnx/text_model.onnx');
    const bytes = await readFile(path);
    // Behind the name come the tag and the two bytes of the length; 0xffffffff is NaN.
    const name = 'embeddings.LayerNorm.bias';
    const first = bytes.indexOf(`${name}J`) + name.length + 3;
    await writeFile(path, bytes.fill(0xff, first, first + 384 * 4));
  };
  it.each([
    ['different texts the same tokens', tokenizerOfZeros],
    ['no finite embedding', weightsOfNaN],
  ])('refuses damaged files that can be loaded but give %s', async (problem, damage) => {
    const folder = await temporaryFolder();
    await cp(join(demo, 'encoder'), folder, { recursive: true });
    await damage(folder);
    const damaged = await openTextEncoder({ model: folder, cacheFolder: folder, maxMemoryBytes: ROOM });
    await expect(damaged.embedTexts(['dog', 'a photo of a house'])).rejects.toMatchObject({
      ...unavailable,
      message: expect.stringContaining(problem),
    });
    await damaged.close();
  });

  it('names the file that is missing', async () => {
    const folder = await temporaryFolder();
    await cp(join(demo, 'encoder'), folder, { recursive: true });
    await rm(join(folder, 'tokenizer.json'));
    const cache = { cacheFolder: folder, maxMemoryBytes: ROOM };
    await expect(openTextEncoder({ model: folder, ...cache })).rejects.toMatchObject({
      ...unavailable,
      message: expect.stringContaining('tokenizer.json'),
    });
    await expect(openTextEncoder({ model: './nowhere', ...cache })).rejects.toMatchObject(unavailable);
  });
});
