import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { Command } from 'commander';
import { findProbeSet } from '../find.js';
import { DefaultProbeSetDocument } from '../generated/operations.js';
import { printJson } from '../output/formats.js';
import { writeOutput } from '../output/write-file.js';
import { type UrlFlag, withClient, withUrl } from '../with-client.js';

/** `probelog kit` */
export function kitCommand(): Command {
  return withUrl(new Command('kit'))
    .description('write the images of a probe set to a tar archive, for a model that is run elsewhere')
    .argument('[probe set]', 'its name or id (default: PROBELOG_PROBE_SET, or the oldest)')
    .requiredOption('--out <file>', 'archive to write')
    .option('--json', 'print JSON')
    .action((named: string | undefined, { out, json, url }: KitFlags) =>
      withClient({ url }, async (client, signal) => {
        const { id, name, size, digest } =
          named === undefined
            ? (await client.query(DefaultProbeSetDocument)).gallery.probeSet
            : await findProbeSet(client, named);
        const { archive } = await client.kit(id, { signal });
        // Readable by its owner only, as the images are in the data folder.
        await writeOutput(out, Readable.fromWeb(archive as ReadableStream), { mode: 0o600, signal });
        const shown = { file: out, probeSet: name, images: size, bytes: (await stat(out)).size, digest };
        if (json) printJson(shown);
        else process.stdout.write(`${out}: ${size} images of "${name}", digest ${digest}\n`);
      }),
    );
}

interface KitFlags extends UrlFlag {
  out: string;
  json?: boolean;
}
