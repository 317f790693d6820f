import { execFileSync } from 'node:child_process';
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dot } from '../../src/domain/index.js';
import { openTextEncoder, type TextEncoder } from '../../src/text/index.js';
import { temporaryFolder } from '../store/temporary-folder.js';

const demo = fileURLToPath(new URL('../../demo/', import.meta.url));
let encoder: TextEncoder;

beforeAll(async () => {
  encoder = await openTextEncoder({
    model: join(demo, 'encoder'),
    cacheFolder: join(demo, '../data/test-encoders'),
  });
});
afterAll(() => encoder.close());

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

  it('gives a text the same vector alone and among others', async () => {
    const [alone] = await encoder.embedTexts(['fire engine']);
    const [among] = await encoder.embedTexts(['fire engine', 'a much longer text about something else']);
    expect(dot(alone, among)).toBeCloseTo(1, 3);
  });

  it('fails the call under way when its process is killed, and answers the next', async () => {
    const failing = expect(encoder.embedTexts(Array(2_000).fill('dog'))).rejects.toMatchObject({
      code: 'TEXT_ENCODER_UNAVAILABLE',
    });
    execFileSync('pkill', ['-KILL', '-P', String(process.pid), '-f', 'text/child/main.js']);
    await failing;
    expect(await encoder.embedTexts(['dog'])).toHaveLength(1);
  });

  it('has an id that follows the files', async () => {
    const again = await openTextEncoder({
      model: join(demo, 'encoder'),
      cacheFolder: await temporaryFolder(),
    });
    expect(again.id).toBe(encoder.id);
    await again.close();
  });

  it('names the file that is missing', async () => {
    const folder = await temporaryFolder();
    await cp(join(demo, 'encoder'), folder, { recursive: true });
    await rm(join(folder, 'tokenizer.json'));
    await expect(openTextEncoder({ model: folder, cacheFolder: folder })).rejects.toMatchObject({
      code: 'TEXT_ENCODER_UNAVAILABLE',
      message: expect.stringContaining('tokenizer.json'),
    });
    await expect(openTextEncoder({ model: './nowhere', cacheFolder: folder })).rejects.toMatchObject({
      code: 'TEXT_ENCODER_UNAVAILABLE',
    });
  });
});
