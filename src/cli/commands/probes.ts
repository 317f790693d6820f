import { Command } from 'commander';
import { createProbeSet } from '../../probing/index.js';
import { ensureProbeEmbeddings } from '../../text/index.js';
import { type FormatFlags, printJson, printRows, withFormats } from '../output/formats.js';
import { progressDisplay } from '../output/progress.js';
import { withService } from '../with-service.js';

/** `probelog probes` */
export function probesCommand(): Command {
  return new Command('probes')
    .description('make and list probe sets')
    .addCommand(createCommand())
    .addCommand(listCommand());
}

function createCommand(): Command {
  return withFormats(new Command('create'))
    .description(
      'make a probe set of the images in a folder or archive (tar, tar.gz, zip), in order of their names',
    )
    .argument('<name>', 'name of the set')
    .argument('<source>', 'folder or archive')
    .action((name: string, source: string, formats: FormatFlags) =>
      withService(false, async ({ store, encoder, config }) => {
        const display = progressDisplay(process.stderr);
        try {
          const reading = display.line('reading images');
          const probeSet = await createProbeSet(store, {
            name,
            source,
            limits: { maxPixels: config.maxProbePixels },
            onProgress: (done) => reading.update(done, done),
          });
          reading.finish(`${probeSet.size} images`);
          const embedding = display.line('embedding images');
          await ensureProbeEmbeddings({ store, encoder }, probeSet, (done, total) =>
            embedding.update(done, total),
          );
          embedding.finish('done');
          const { id, digest, size } = probeSet;
          const shown = { id, name: probeSet.name, probes: size, digest };
          if (formats.json) printJson(shown);
          else printRows([shown], COLUMNS, formats);
        } finally {
          display.close();
        }
      }),
    );
}

function listCommand(): Command {
  return withFormats(new Command('list'))
    .description('list the probe sets; the first is the default unless PROBELOG_PROBE_SET names another')
    .action((formats: FormatFlags) =>
      withService(false, async ({ store }) => {
        const sets = await store.probeSets.list();
        const rows = sets.map(({ id, name, size, digest }) => ({ id, name, probes: size, digest }));
        printRows(rows, COLUMNS, formats);
      }),
    );
}

const COLUMNS = { name: 'NAME', probes: 'PROBES', digest: 'DIGEST' };
