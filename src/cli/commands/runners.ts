import { Command } from 'commander';
import { RunnersDocument } from '../generated/operations.js';
import { type FormatFlags, printRows, withFormats } from '../output/formats.js';
import { type UrlFlag, withClient, withUrl } from '../with-client.js';

/** A server lists no more. */
const MAX_LISTED = 200;

/** `probelog runners` */
export function runnersCommand(): Command {
  return withUrl(withFormats(new Command('runners')))
    .description('list the runners that were seen within the last minute')
    .action(async ({ url, ...flags }: FormatFlags & UrlFlag) => {
      await withClient({ url }, async (client) => {
        const { runners } = await client.query(RunnersDocument);
        printRows(
          runners.map(({ name, flavors, software, lastSeenAt }) => ({
            name,
            flavors: flavors.join(', '),
            software,
            lastSeenAt,
          })),
          { name: 'RUNNER', flavors: 'FLAVORS', software: 'SOFTWARE', lastSeenAt: 'LAST SEEN' },
          flags,
        );
        if (runners.length >= MAX_LISTED)
          process.stderr.write(
            `Only the first ${MAX_LISTED} runners by name are listed; there may be more.\n`,
          );
      });
    });
}
