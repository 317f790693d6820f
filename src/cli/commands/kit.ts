import { createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { Command } from 'commander';
import { globalId } from '../../graphql/index.js';
import { findProbeSet, openKit } from '../../ingest/index.js';
import { withService } from '../with-service.js';

/** `probelog kit` */
export function kitCommand(): Command {
  return new Command('kit')
    .description('write the images of a probe set to a tar archive, for a model that is run elsewhere')
    .argument('[probe set]', 'its name or id (default: PROBELOG_PROBE_SET, or the oldest)')
    .requiredOption('--out <file>', 'where the archive goes')
    .option('--json', 'print JSON')
    .action((named: string | undefined, { out, json }: { out: string; json?: boolean }) =>
      withService(false, async ({ store, config }) => {
        const probeSet = await findProbeSet(store.probeSets, config.probeSet, named);
        const kit = await openKit(store, probeSet, globalId('ProbeSet', probeSet.id));
        await writeWhole(out, kit.stream());
        const { name, size, digest } = probeSet;
        const shown = { file: out, probeSet: name, images: size, bytes: (await stat(out)).size, digest };
        process.stdout.write(
          json
            ? `${JSON.stringify(shown, null, 2)}\n`
            : `${out}: ${size} images of "${name}", digest ${digest}\n`,
        );
      }),
    );
}

/** A command that is interrupted leaves what was there. */
async function writeWhole(path: string, content: AsyncIterable<Uint8Array>): Promise<void> {
  const partial = `${path}.part`;
  try {
    await pipeline(content, createWriteStream(partial));
    await rename(partial, path);
  } finally {
    await rm(partial, { force: true });
  }
}
