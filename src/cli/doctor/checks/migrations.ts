import { type Check, failed, ok, Skipped, warning } from '../check.js';

/** The tables are those of this release, or can become so. */
export const migrations: Check = {
  name: 'tables',
  async run(machine) {
    const look = await machine.database().catch(() => {
      throw new Skipped('the database cannot be opened');
    });
    if (look === null) throw new Skipped('there is no database yet');
    const { applied, pending, changed, unknown } = look.migrations;
    if (changed.length > 0)
      return failed(
        `they were made by another form of ${changed.join(', ')}`,
        'use the release that made them, or an empty database',
      );
    if (unknown.length > 0)
      return warning(
        `a newer release has changed them: ${unknown.join(', ')}`,
        'use that release; this one may not understand what it wrote',
      );
    if (pending.length > 0)
      return warning(
        `${pending.length} of ${applied.length + pending.length} migrations are to be applied`,
        'make a backup, and start the server: it applies them',
      );
    return ok(`${applied.length} migrations applied, none to come`);
  },
};
