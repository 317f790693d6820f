import { stat } from 'node:fs/promises';
import { Command } from 'commander';
import { writeFileAtomically } from '../../lib/atomic-file.js';
import { type UrlFlag, withRegistry, withUrl } from '../with-registry.js';

/** `probelog kit` */
export function kitCommand(): Command {
  return withUrl(new Command('kit'))
    .description('write the images of a probe set to a tar archive, for a model that is run elsewhere')
    .argument('[probe set]', 'its name or id (default: PROBELOG_PROBE_SET, or the oldest)')
    .requiredOption('--out <file>', 'where the archive goes')
    .option('--json', 'print JSON')
    .action((named: string | undefined, { out, json, url }: KitFlags) =>
      withRegistry({ url }, async (registry) => {
        const { content, probeSet, images, digest } = await registry.kit(named);
        await writeFileAtomically(out, content);
        const shown = { file: out, probeSet, images, bytes: (await stat(out)).size, digest };
        process.stdout.write(
          json
            ? `${JSON.stringify(shown, null, 2)}\n`
            : `${out}: ${images} images of "${probeSet}", digest ${digest}\n`,
        );
      }),
    );
}

interface KitFlags extends UrlFlag {
  out: string;
  json?: boolean;
}
