import { Command } from 'commander';
import { RunnersDocument } from '../generated/operations.js';
import { type FormatFlags, printRows, withFormats } from '../output/formats.js';
import { type UrlFlag, withClient, withUrl } from '../with-client.js';

/** `probelog runners` */
export function runnersCommand(): Command {
  return withUrl(withFormats(new Command('runners')))
    .description('list the runners that were seen within the last minute')
    .action(({ url, ...flags }: FormatFlags & UrlFlag) =>
      withClient({ url }, async (client) => {
        const rows = [];
        for await (const { node } of client.edges(RunnersDocument, {}, ({ runners }) => runners))
          rows.push({
            name: node.name,
            flavors: node.flavors.join(', '),
            software: node.software,
            lastSeenAt: node.lastSeenAt,
          });
        printRows(
          rows,
          { name: 'RUNNER', flavors: 'FLAVORS', software: 'SOFTWARE', lastSeenAt: 'LAST SEEN' },
          flags,
        );
      }),
    );
}
