import { readFile } from 'node:fs/promises';
import { type Check, ok, warning } from '../check.js';

/** Nobody else has the embedded database open. */
export const dataFolderLock: Check = {
  name: 'data folder in use',
  async run(machine) {
    if (machine.setting('databaseUrl') !== undefined) return ok('shared by a PostgreSQL server');
    const { folderHolder } = await import('../../../store/index.js');
    const holder = await folderHolder(machine.dataFolder);
    if (holder === null) return ok('by nobody');
    return warning(
      `process ${holder} (${await nameOf(holder)}) has it open, so what is in it cannot be looked at`,
      `if that is your server, all is well; else end it: kill ${holder}`,
    );
  },
};

/** The program's name alone: its arguments are its own business. */
async function nameOf(pid: number): Promise<string> {
  return readFile(`/proc/${pid}/comm`, 'utf8').then(
    (name) => name.trim(),
    () => 'unknown',
  );
}
