import { ProbelogError } from '../../../errors/index.js';
import { type Check, failed, ok, Skipped } from '../check.js';

/** The database can be opened or reached. */
export const database: Check = {
  name: 'database',
  async run(machine) {
    try {
      const look = await machine.database();
      if (look === null) return ok('none yet; the first start creates it in PROBELOG_DATA');
      const where = machine.setting('databaseUrl') === undefined ? 'embedded' : 'on a server';
      return ok(`PostgreSQL ${look.version}, ${where}`);
    } catch (thrown) {
      if (!(thrown instanceof ProbelogError)) throw thrown;
      if (thrown.code === 'DATA_FOLDER_IN_USE') throw new Skipped('another process has the data folder open');
      // Their messages name the ways out.
      if (thrown.code === 'DATABASE_MISSING' || thrown.code === 'DATA_FOLDER_MISMATCH')
        return failed(thrown.message, 'see docs/backup.md, "When the database is missing"');
      return failed(
        thrown.message,
        machine.setting('databaseUrl') === undefined
          ? 'restore a backup, or move the folder `database` in the data folder away to start with an empty one'
          : 'start the database server, or correct DATABASE_URL (or its file); without it, the embedded database is used',
      );
    }
  },
};
