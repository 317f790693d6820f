import { type Check, failed, ok, Skipped, warning } from '../check.js';

/** The tables match this release, or can be migrated. */
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
        `they were created by a different version of ${changed.join(', ')}`,
        'use the release that created them, or an empty database',
      );
    if (unknown.length > 0)
      return warning(
        `a newer release changed them: ${unknown.join(', ')}`,
        'use that release; this one may not understand its data',
      );
    if (pending.length > 0)
      return warning(
        `${pending.length} of ${applied.length + pending.length} migrations are pending`,
        'make a backup, then start the server, which applies them',
      );
    return ok(`${applied.length} migrations applied, none pending`);
  },
};
