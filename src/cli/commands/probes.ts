import { Command } from 'commander';
import type { Service } from '../../app/index.js';
import { type FormatFlags, printJson, printRows, withFormats } from '../output/formats.js';
import { openProgress } from '../output/progress.js';

/** `probelog probes` */
export function probesCommand(): Command {
  return new Command('probes')
    .description('create and list probe sets')
    .addCommand(createCommand())
    .addCommand(listCommand());
}

function createCommand(): Command {
  return withFormats(new Command('create'))
    .description(
      'create a probe set from the images in a folder or archive (tar, tar.gz, zip), in order of their names',
    )
    .argument('<name>', 'name of the set')
    .argument('<source>', 'folder or archive')
    .action(async (name: string, source: string, formats: FormatFlags) => {
      const { withService } = await import('../service.js');
      await withService(false, async (service) => {
        const row = rowOf(await create(service, name, source));
        if (formats.json) printJson(row);
        else printRows([row], COLUMNS, formats);
      });
    });
}

async function create({ store, encoder, config }: Service, name: string, source: string) {
  const { createProbeSet } = await import('../../probing/index.js');
  const { ensureProbeEmbeddings } = await import('../../text/index.js');
  const display = await openProgress();
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
    await ensureProbeEmbeddings({ store, encoder }, probeSet, (done, total) => embedding.update(done, total));
    embedding.finish('done');
    return probeSet;
  } finally {
    display.close();
  }
}

function listCommand(): Command {
  return withFormats(new Command('list'))
    .description('list the probe sets; the first is the default unless PROBELOG_PROBE_SET names another')
    .action(async (formats: FormatFlags) => {
      const { withService } = await import('../service.js');
      await withService(false, async ({ store }) => {
        printRows((await store.probeSets.list()).map(rowOf), COLUMNS, formats);
      });
    });
}

function rowOf({ id, name, size, digest }: { id: string; name: string; size: number; digest: string }) {
  return { id, name, probes: size, digest };
}

const COLUMNS = { name: 'NAME', probes: 'PROBES', digest: 'DIGEST' };
