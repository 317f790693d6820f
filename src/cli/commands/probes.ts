import { Command } from 'commander';
import { createProbeSet } from '../../probing/index.js';
import { ensureProbeEmbeddings } from '../../text/index.js';
import { progressDisplay } from '../output/progress.js';
import { table } from '../output/table.js';
import { withService } from '../with-service.js';

/** `probelog probes` */
export function probesCommand(): Command {
  return new Command('probes')
    .description('make and list probe sets')
    .addCommand(createCommand())
    .addCommand(listCommand());
}

function createCommand(): Command {
  return new Command('create')
    .description(
      'make a probe set of the images in a folder or archive (tar, tar.gz, zip), in order of their names',
    )
    .argument('<name>', 'name of the set')
    .argument('<source>', 'folder or archive')
    .option('--json', 'print JSON')
    .action((name: string, source: string, options: { json?: boolean }) =>
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
          process.stdout.write(
            options.json ? `${JSON.stringify(shown, null, 2)}\n` : `${table([shown], COLUMNS)}\n`,
          );
        } finally {
          display.close();
        }
      }),
    );
}

function listCommand(): Command {
  return new Command('list')
    .description('list the probe sets; the first is the default unless PROBELOG_PROBE_SET names another')
    .option('--json', 'print JSON')
    .action((options: { json?: boolean }) =>
      withService(false, async ({ store }) => {
        const sets = await store.probeSets.list();
        const rows = sets.map(({ id, name, size, digest }) => ({ id, name, probes: size, digest }));
        process.stdout.write(
          options.json ? `${JSON.stringify(rows, null, 2)}\n` : `${table(rows, COLUMNS)}\n`,
        );
      }),
    );
}

const COLUMNS = { name: 'NAME', probes: 'PROBES', digest: 'DIGEST' };
