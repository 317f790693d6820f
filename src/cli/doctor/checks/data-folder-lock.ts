import { readFile } from 'node:fs/promises';
import { type Check, ok, warning } from '../check.js';

/** No other process has the embedded database open. */
export const dataFolderLock: Check = {
  name: 'data folder in use',
  async run(machine) {
    if (machine.setting('databaseUrl') !== undefined) return ok('shared by a PostgreSQL server');
    const { folderHolder } = await import('../../../store/index.js');
    const holder = await folderHolder(machine.dataFolder);
    if (holder === null) return ok('by no process');
    return warning(
      `process ${holder} (${await nameOf(holder)}) has it open, so its content cannot be checked`,
      `nothing to do if that is your server; otherwise end it: kill ${holder}`,
    );
  },
};

/** The program's name without its arguments, which may be private. */
async function nameOf(pid: number): Promise<string> {
  return readFile(`/proc/${pid}/comm`, 'utf8').then(
    (name) => name.trim(),
    () => 'unknown',
  );
}
