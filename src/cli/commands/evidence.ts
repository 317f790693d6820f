import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { Command } from 'commander';
import { imageExtension } from '../../lib/image-extension.js';
import { findLogit } from '../find.js';
import { ProbesOfLogitDocument } from '../generated/operations.js';
import { countFlag } from '../options/numbers.js';
import { type FormatFlags, printRows, withFormats } from '../output/formats.js';
import { writeOutput } from '../output/write-file.js';
import { type UrlFlag, withClient, withUrl } from '../with-client.js';

const MAX_PROBES = 100;

/** `probelog evidence` */
export function evidenceCommand(): Command {
  return withUrl(withFormats(new Command('evidence')))
    .description('show the probe images that an output of a model responds to most')
    .argument('<logit>', 'model#output, counted from 0, or the id of the logit')
    .option('--first <n>', 'number of images', '9')
    .option('--lowest', 'those with the lowest responses instead')
    .option('--to <folder>', 'write the images to this folder, the strongest first')
    .addHelpText('after', '\nWith --url, the table has a link to each image.')
    .action((named: string, { url, to, lowest = false, ...flags }: EvidenceFlags) => {
      const first = countFlag('--first', flags.first, MAX_PROBES);
      return withClient({ url }, async (client, signal) => {
        const { id } = await findLogit(client, named);
        const { logit } = await client.query(ProbesOfLogitDocument, { id, first, lowest }, { signal });
        const rows = [];
        if (to !== undefined) await mkdir(to, { recursive: true });
        for (const { response, standardized, probe } of logit?.topProbes ?? logit?.bottomProbes ?? []) {
          const row = { position: probe.position, response, standardized };
          if (to === undefined) {
            const link = url === undefined ? null : new URL(probe.url, url).href;
            rows.push({ ...row, image: link });
            continue;
          }
          const { mediaType, image } = await client.probeImage(probe.id, { signal });
          const rank = String(rows.length + 1).padStart(String(first).length, '0');
          const extension = imageExtension(mediaType);
          const name = `${rank}-probe-${probe.position}`;
          const file = join(to, extension === undefined ? name : `${name}.${extension}`);
          await writeOutput(file, Readable.fromWeb(image as ReadableStream), { mode: 0o600, signal });
          rows.push({ ...row, image: file });
        }
        printRows(rows, COLUMNS, flags);
      });
    });
}

interface EvidenceFlags extends FormatFlags, UrlFlag {
  first: string;
  lowest?: boolean;
  to?: string;
}

const COLUMNS = { position: 'PROBE', response: 'RESPONSE', standardized: 'DEVIATIONS', image: 'IMAGE' };
