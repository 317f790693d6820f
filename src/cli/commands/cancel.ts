import { Command } from 'commander';
import type { ProbelogClient } from '../../client/index.js';
import { ProbelogError } from '../../errors/index.js';
import { EXIT } from '../exit-status.js';
import { apiId, findModel, orNull } from '../find.js';
import {
  CancelListedIngestDocument,
  IngestByIdDocument,
  LatestIngestOfDocument,
  type ListedIngestFragment as ListedIngest,
} from '../generated/operations.js';
import { type FormatFlags, printRows, withFormats } from '../output/formats.js';
import { INGEST_COLUMNS, ingestRow } from '../output/ingest-row.js';
import { type UrlFlag, withClient, withUrl } from '../with-client.js';

/** `probelog cancel` */
export function cancelCommand(): Command {
  return withUrl(withFormats(new Command('cancel')))
    .description('end ingests that are queued, waiting or running; `ingests --retry` puts them back')
    .argument('<ingest...>', 'id of the ingest, or name, name@version or id of its model')
    .action((named: string[], { url, ...formats }: FormatFlags & UrlFlag) =>
      withClient({ url }, async (client, signal) => {
        const ingests: ListedIngest[] = [];
        for (const one of named) ingests.push(await findIngest(client, one));
        const rows = [];
        for (const { id } of ingests) {
          const { cancelIngest } = await client.query(CancelListedIngestDocument, { id }, { signal });
          const row = ingestRow(cancelIngest);
          rows.push(row);
          if (row.state === 'CANCELLED') continue;
          process.stderr.write(`${row.name} ${row.version}: not cancelled, as it has ended: ${row.state}\n`);
          process.exitCode = EXIT.failed;
        }
        printRows(rows, INGEST_COLUMNS, formats);
      }),
    );
}

/** The ingest with this id, or the latest one of the model that is named. @throws ProbelogError NOT_FOUND */
async function findIngest(client: ProbelogClient, named: string): Promise<ListedIngest> {
  const found = await orNull(client.query(IngestByIdDocument, { id: apiId('Ingest', named) }));
  if (found?.ingest) return found.ingest;
  const { id, name, version } = await findModel(client, named);
  const { model } = await client.query(LatestIngestOfDocument, { id });
  if (model?.ingest) return model.ingest;
  throw new ProbelogError('NOT_FOUND', `${name} ${version} has no ingest.`);
}
