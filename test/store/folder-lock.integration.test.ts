import { fork, spawn } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { announceAddress, folderHolder, lockFolder } from '../../src/store/database/folder-lock.js';
import { requires } from '../fixtures/requires.js';
import { temporaryFolder } from './temporary-folder.js';

const COMPILED = new URL('../../dist/src/store/database/folder-lock.js', import.meta.url).href;

it('refuses a folder that a live process holds, and gives it back on release', async () => {
  const folder = await temporaryFolder();
  const release = await lockFolder(folder);
  await expect(lockFolder(folder)).rejects.toMatchObject({
    code: 'DATA_FOLDER_IN_USE',
    message: expect.stringContaining(`Process ${process.pid}`),
    details: { pid: process.pid },
  });
  await release();
  const again = await lockFolder(folder);
  await release();
  await expect(lockFolder(folder)).rejects.toMatchObject({ code: 'DATA_FOLDER_IN_USE' });
  await again();
  expect(await readdir(join(folder, 'locks'))).toEqual([]);
});

it('takes over at once from a dead process, and from an earlier one with a number in use', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'locks'));
  for (const stale of ['4194304.1.a', `${process.pid}.1.b`, 'damaged']) {
    await writeFile(join(folder, 'locks', stale), '');
  }
  const release = await lockFolder(folder);
  expect(await readdir(join(folder, 'locks'))).toHaveLength(1);
  await release();
});

it('names the address of a server that holds it', async () => {
  const folder = await temporaryFolder();
  const release = await lockFolder(folder);
  await announceAddress(folder, 'http://127.0.0.1:4000');
  await expect(lockFolder(folder)).rejects.toMatchObject({
    message: expect.stringContaining('answers at http://127.0.0.1:4000: add --url http://127.0.0.1:4000'),
    details: { pid: process.pid, url: 'http://127.0.0.1:4000' },
  });
  await release();
});

it('takes over from a killed process that its parent has not reaped', async () => {
  const folder = await temporaryFolder();
  const code = `import(${JSON.stringify(COMPILED)}).then(({ lockFolder }) => lockFolder(${JSON.stringify(folder)})).then(() => { console.log('held'); setInterval(() => {}, 1000); })`;
  // The shell never waits for its child, which therefore stays a zombie.
  const shell = spawn('sh', ['-c', `"$0" -e "$1" & exec sleep 30`, process.execPath, code]);
  try {
    await new Promise((resolve) => shell.stdout.once('data', resolve));
    await expect(lockFolder(folder)).rejects.toMatchObject({ code: 'DATA_FOLDER_IN_USE' });
    const [claim] = await readdir(join(folder, 'locks'));
    process.kill(Number(claim.split('.')[0]), 'SIGKILL');
    await releaseOnceFree(folder);
  } finally {
    shell.kill('SIGKILL');
  }
});

it.runIf(requires('the right to mount'))(
  'is refused to a process in another container, which cannot see the holder',
  async () => {
    const folder = await temporaryFolder();
    const code = `import(${JSON.stringify(COMPILED)}).then(({ lockFolder }) => lockFolder(${JSON.stringify(folder)})).then(() => console.log('held'), (error) => console.log(JSON.stringify(error))); setInterval(() => {}, 1000)`;
    const inContainer = (name: string) => {
      const script = `hostname ${name} && exec "$0" -e "$1"`;
      const unshare = [
        'unshare',
        '--pid',
        '--fork',
        '--kill-child',
        '--mount-proc',
        '--uts',
        'sh',
        '-c',
        script,
      ];
      const [program, ...args] = process.getuid?.() === 0 ? unshare : ['sudo', '-n', ...unshare];
      return spawn(program, [...args, process.execPath, code]);
    };
    const printed = (container: ReturnType<typeof inContainer>) =>
      new Promise<string>((resolve) => container.stdout.once('data', (data) => resolve(String(data).trim())));
    const first = inContainer('first');
    let second: typeof first | undefined;
    try {
      expect(await printed(first)).toBe('held');
      second = inContainer('second');
      expect(JSON.parse(await printed(second))).toMatchObject({
        code: 'DATA_FOLDER_IN_USE',
        details: { host: 'first' },
      });
      await expect(lockFolder(folder)).rejects.toThrow('A process on first');
      expect(await folderHolder(folder)).toMatchObject({ host: 'first' });
      first.kill('SIGKILL');
      await releaseOnceFree(folder);
    } finally {
      first.kill('SIGKILL');
      second?.kill('SIGKILL');
    }
  },
);

it('is never held by two of many processes that find it stale at once', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'locks'));
  const journal = join(folder, 'journal');
  await writeFile(journal, '');
  const child = new URL('hold-lock.mjs', import.meta.url);
  const exits = Array.from({ length: 6 }, async (_, index) => {
    await writeFile(join(folder, 'locks', `4194304.${index}.stale`), '');
    const running = fork(child, [COMPILED, folder], { execArgv: [] });
    return new Promise<number | null>((resolve) => running.once('exit', resolve));
  });
  expect(await Promise.all(exits)).toEqual([0, 0, 0, 0, 0, 0]);
});

/** Takes the lock once it is free. A lock that is dropped instead of released leaves its file open. */
async function releaseOnceFree(folder: string): Promise<void> {
  const release = await vi.waitFor(() => lockFolder(folder), { timeout: 5_000 });
  await release();
}
