import { readFile } from 'node:fs/promises';
import { type Check, ok, warning } from '../check.js';

/** No other process has the embedded database open. */
export const dataFolderLock: Check = {
  name: 'data folder in use',
  async run(machine) {
    if (machine.setting('databaseUrl') !== undefined) return ok('shared by a PostgreSQL server');
    const { folderHolder, hasKernelLock } = await import('../../../store/index.js');
    const holder = await folderHolder(machine.dataFolder);
    if (holder === null) {
      if (await hasKernelLock(machine.dataFolder)) return ok('by no process');
      return warning(
        'by no process of this machine; its file system has no locks, so a process in another container cannot be noticed',
        'use the data folder in one container only, or use a PostgreSQL server (DATABASE_URL)',
      );
    }
    const { pid, host } = holder;
    if (host !== null)
      return warning(
        `process ${pid} on ${host} has it open, so its content cannot be checked`,
        `nothing to do if that is your server; otherwise stop it on ${host}, which may be a container`,
      );
    return warning(
      `process ${pid} (${await nameOf(pid)}) has it open, so its content cannot be checked`,
      `nothing to do if that is your server; otherwise end it: kill ${pid}`,
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
