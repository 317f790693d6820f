import { spawnSync } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { takeDatabase } from '../fixtures/prepared-data.js';
import { requires } from '../fixtures/requires.js';
import { mountSmallDisk } from '../fixtures/small-disk.js';
import { temporaryFolder } from '../store/temporary-folder.js';
import { type Ended, runProbelog, startProbelog } from './run-probelog.js';

/** One line, `CODE: what happened, what to do`, after what a command prints meanwhile; no stack, no object. */
function expectCoded({ code, stderr }: Ended, error: string, message: string): void {
  expect(code).toBeGreaterThan(0);
  expect(stderr).toMatch(new RegExp(`^${error}: .*${message}`, 'm'));
  expect(stderr).not.toMatch(/^ {4}at |^Error:|\[object/m);
}

/** Runs a command on a data folder that cannot be used. */
async function withData(dataFolder: string, command = ['models']): Promise<Ended> {
  const folder = await temporaryFolder();
  return runProbelog(command, { dataFolder: folder, environment: { PROBELOG_DATA: dataFolder } });
}

describe('no command prints a stack trace for a data folder that cannot be used', () => {
  it.each([['models'], ['serve'], ['restore', 'backup.tar'], ['doctor']])(
    '%s, on a file',
    async (...command) => {
      const folder = await temporaryFolder();
      await writeFile(join(folder, 'file'), '');
      await writeFile(join(folder, 'backup.tar'), '');
      const ended = await runProbelog(command, {
        dataFolder: folder,
        environment: { PROBELOG_DATA: join(folder, 'file') },
      });
      if (command[0] === 'doctor') expect(ended.stdout).toContain('is not a folder');
      else expectCoded(ended, 'STORAGE_UNUSABLE', 'it is not a folder');
    },
  );

  it('a link that leads nowhere, a name that is too long, a folder below a file', async () => {
    const folder = await temporaryFolder();
    await symlink(join(folder, 'nowhere'), join(folder, 'link'));
    await writeFile(join(folder, 'file'), '');
    expectCoded(
      await withData(join(folder, 'link')),
      'STORAGE_UNUSABLE',
      'a link to something that does not exist',
    );
    expectCoded(await withData(join(folder, 'x'.repeat(300))), 'STORAGE_UNUSABLE', 'its name is too long');
    expectCoded(await withData(join(folder, 'file', 'below')), 'STORAGE_UNUSABLE', 'not a folder');
  });

  it.runIf(requires('linux'))('/proc, where Node would make folders for ever', async () => {
    expectCoded(await withData('/proc'), 'STORAGE_UNUSABLE', 'takes no files of users');
    expectCoded(await withData('/proc/probelog/data'), 'STORAGE_UNUSABLE', 'cannot be created');
  });

  it.runIf(requires('the right to mount'))('a full disk, and a read-only one', async () => {
    const folder = await temporaryFolder();
    const unmount = mountSmallDisk(folder) ?? expect.fail('no small disk');
    try {
      await mkdir(join(folder, 'data'));
      expectCoded(await withData(join(folder, 'data')), 'STORAGE_FULL', 'Free some space');
      remount(folder, 'ro');
      expectCoded(await withData(join(folder, 'other')), 'STORAGE_UNUSABLE', 'read-only');
    } finally {
      unmount();
    }
  });
});

function remount(folder: string, mode: 'ro'): void {
  const args = ['mount', '-o', `remount,${mode}`, folder];
  const [program, ...rest] = process.getuid?.() === 0 ? args : ['sudo', '-n', ...args];
  expect(spawnSync(program, rest).status).toBe(0);
}

describe('no command prints a stack trace for files that cannot be used', () => {
  it('a missing folder of a backup, a folder as a backup, a folder as .env', async () => {
    const folder = await temporaryFolder();
    await takeDatabase(join(folder, 'data'));
    const run = (...command: string[]) => runProbelog(command, { dataFolder: folder });
    expectCoded(
      await run('backup', join(folder, 'none', 'b.tar')),
      'INPUT_INVALID',
      'its folder does not exist',
    );
    expectCoded(await run('restore', folder), 'SOURCE_NOT_FOUND', 'no readable file');
    await mkdir(join(folder, '.env'));
    expectCoded(await run('models'), 'CONFIG_INVALID', 'The file .env cannot be read');
  });

  it.runIf(requires('linux'))('standard output on a full disk', async () => {
    const folder = await temporaryFolder();
    const launcher = ['sh', '-c', 'exec "$@" > /dev/full', 'sh'];
    const ended = await startProbelog(['config'], { dataFolder: folder, launcher }).ended;
    expectCoded(ended, 'FILE_UNUSABLE', 'Standard output cannot be written');
  });
});

it('a port in use is one line', async () => {
  const folder = await temporaryFolder();
  const taken = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => taken.once('listening', resolve));
  try {
    const { port } = taken.address() as { port: number };
    const environment = { PORT: String(port), LOG_LEVEL: 'warn' };
    const ended = await startProbelog(['serve'], { dataFolder: folder, environment }).ended;
    expect(ended.stderr).toBe(`CONFIG_INVALID: Port ${port} is already in use. Choose another with PORT.\n`);
  } finally {
    taken.close();
  }
});
