import { Command } from 'commander';
import type { Service } from '../../app/index.js';
import { EMPTY_PAGE, findProbeSet } from '../find.js';
import { DefaultProbeSetDocument, ProbesOfDocument, type ProbesOfQuery } from '../generated/operations.js';
import { type FormatFlags, printJson, printRows, withFormats } from '../output/formats.js';
import { openProgress } from '../output/progress.js';
import { type UrlFlag, withClient, withUrl } from '../with-client.js';

const PER_PAGE = 100;

/** `probelog probes` */
export function probesCommand(): Command {
  return new Command('probes')
    .description('create, list and show probe sets')
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(showCommand());
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

function showCommand(): Command {
  return withUrl(withFormats(new Command('show')))
    .description('list the images of a probe set')
    .argument('[probe set]', 'its name or id (default: PROBELOG_PROBE_SET, or the oldest)')
    .addHelpText(
      'after',
      '\nWith --url, each has a link to its image. `probelog kit` writes the images to an archive.',
    )
    .action((named: string | undefined, { url, ...formats }: FormatFlags & UrlFlag) =>
      withClient({ url }, async (client) => {
        const { id } =
          named === undefined
            ? (await client.query(DefaultProbeSetDocument)).gallery.probeSet
            : await findProbeSet(client, named);
        const rows = [];
        const edges = client.edges(ProbesOfDocument, { set: id }, probesIn, { perPage: PER_PAGE });
        for await (const { node } of edges)
          rows.push({ ...node, url: url === undefined ? null : new URL(node.url, url).href });
        printRows(rows, SHOWN, formats);
      }),
    );
}

function probesIn({ node }: ProbesOfQuery) {
  return node?.__typename === 'ProbeSet' ? node.probes : EMPTY_PAGE;
}

function rowOf({ id, name, size, digest }: { id: string; name: string; size: number; digest: string }) {
  return { id, name, probes: size, digest };
}

const SHOWN = { position: 'PROBE', width: 'WIDTH', height: 'HEIGHT', url: 'IMAGE' };
const COLUMNS = { name: 'NAME', probes: 'PROBES', digest: 'DIGEST' };
