import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  createFileAtomically,
  makeFolderDurably,
  moveDurably,
  writeFileAtomically,
  writeFileAtomicallySync,
} from '../../src/lib/atomic-file.js';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'atomic-'));
  path = join(folder, 'file');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function* chunks(...texts: string[]): AsyncGenerator<Uint8Array, void, undefined> {
  for (const text of texts) yield Buffer.from(text);
}

it('replaces a file with a text, bytes or a stream, with the mode asked for', async () => {
  await writeFileAtomically(path, 'text');
  expect(await readFile(path, 'utf8')).toBe('text');
  await writeFileAtomically(path, Uint8Array.of(104, 105));
  expect(await readFile(path, 'utf8')).toBe('hi');
  await writeFileAtomically(path, '');
  expect(await readFile(path, 'utf8')).toBe('');
  await writeFileAtomically(path, chunks('one ', 'two'), { mode: 0o600 });
  expect(await readFile(path, 'utf8')).toBe('one two');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readdir(folder)).toEqual(['file']);
});

it('keeps the old content, and leaves nothing else, when the stream fails', async () => {
  await writeFile(path, 'old');
  const failing = async function* () {
    yield Buffer.from('new');
    throw new Error('the source broke');
  };
  await expect(writeFileAtomically(path, failing())).rejects.toThrow('the source broke');
  expect(await readFile(path, 'utf8')).toBe('old');
  expect(await readdir(folder)).toEqual(['file']);
});

it('keeps the old content, and leaves nothing else, when the signal aborts', async () => {
  await writeFile(path, 'old');
  const endless = async function* () {
    for (;;) {
      yield Buffer.from('new');
      await setTimeout(1);
    }
  };
  const controller = new AbortController();
  const written = writeFileAtomically(path, endless(), { signal: controller.signal });
  await setTimeout(10);
  controller.abort();
  await expect(written).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
  expect(await readFile(path, 'utf8')).toBe('old');
  expect(await readdir(folder)).toEqual(['file']);
});

it('shows the new file only when the stream has ended', async () => {
  let isShown = true;
  const content = async function* () {
    yield Buffer.from('whole');
    isShown = (await readdir(folder)).includes('file');
  };
  await writeFileAtomically(path, content());
  expect(isShown).toBe(false);
  expect(await readFile(path, 'utf8')).toBe('whole');
});

it('reports a missing folder and leaves nothing', async () => {
  await expect(writeFileAtomically(join(folder, 'absent', 'file'), 'x')).rejects.toThrow('ENOENT');
  expect(() => writeFileAtomicallySync(join(folder, 'absent', 'file'), 'x')).toThrow('ENOENT');
  expect(await readdir(folder)).toEqual([]);
});

it('replaces a file synchronously, also over what a killed process left', async () => {
  await writeFile(`${path}.new`, 'cut sho');
  writeFileAtomicallySync(path, 'first');
  writeFileAtomicallySync(path, 'second');
  expect(await readFile(path, 'utf8')).toBe('second');
  expect(await readdir(folder)).toEqual(['file']);
});

it('creates a file once, when others try at the same time', async () => {
  const created = await Promise.all(
    ['a', 'b', 'c'].map((text) => createFileAtomically(path, text, { mode: 0o600 })),
  );
  expect(created.filter(Boolean)).toHaveLength(1);
  expect(await readFile(path, 'utf8')).toBe(['a', 'b', 'c'][created.indexOf(true)]);
  expect(await readdir(folder)).toEqual(['file']);
  await expect(createFileAtomically(join(folder, 'absent', 'file'), 'x')).rejects.toThrow('ENOENT');
});

it('makes nested folders and moves into them', async () => {
  const nested = join(folder, 'a', 'b');
  await makeFolderDurably(nested);
  await makeFolderDurably(nested);
  await writeFile(path, 'moved');
  await moveDurably(path, join(nested, 'file'));
  expect(await readFile(join(nested, 'file'), 'utf8')).toBe('moved');
  expect(await readdir(folder)).toEqual(['a']);
});

it('removes temporary files that killed writes of the same file left more than an hour ago, and no others', async () => {
  const id = '0c3ac5ba-31f5-4f6e-9df7-3f1d7f5b7a10';
  const old = new Date(Date.now() - 2 * 3_600_000);
  const stale = `file.${id}.part`;
  const kept = [`other.${id}.part`, 'file.download.part', `file.${id}`, `file.x.${id}.part`];
  for (const name of [stale, ...kept]) {
    await writeFile(join(folder, name), 'half');
    await utimes(join(folder, name), old, old);
  }
  const running = 'file.5b1bd1d5-6a2e-4a57-8a6d-27d0a1f8f2f5.part';
  await writeFile(join(folder, running), 'half');
  await writeFileAtomically(path, 'text');
  expect((await readdir(folder)).sort()).toEqual(['file', running, ...kept].sort());
  await writeFile(join(folder, stale), 'half');
  await utimes(join(folder, stale), old, old);
  expect(await createFileAtomically(path, 'text')).toBe(false);
  expect((await readdir(folder)).sort()).toEqual(['file', running, ...kept].sort());
});
