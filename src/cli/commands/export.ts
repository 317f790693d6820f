import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { Command } from 'commander';
import { ProbelogError } from '../../errors/index.js';
import { type ExportFormat, exportGallery } from '../../ingest/index.js';
import { moveDurably } from '../../lib/atomic-file.js';
import { asStorageError } from '../../store/index.js';
import { findGallery } from '../find-gallery.js';
import { type FilterFlags, withModelOptions } from '../flags/filter-flags.js';
import { interruptible } from '../interruptible.js';
import { filteredBy } from '../local/filtered-by.js';
import { progressDisplay } from '../output/progress.js';
import { withService } from '../with-service.js';

const FORMATS: readonly ExportFormat[] = ['npy', 'safetensors'];

interface ExportFlags extends FilterFlags {
  out: string;
  format: string;
  probeSet?: string;
  json?: boolean;
}

/** `probelog export` */
export function exportCommand(): Command {
  const command = new Command('export')
    .description('write models, logits and responses to a folder, for other tools')
    .requiredOption('--out <folder>', 'a new or empty folder; it appears when the export is whole');
  return withModelOptions(command)
    .option('--model-text <text>', 'only models whose name, version or labels contain this')
    .option('--format <format>', 'of the responses: npy or safetensors', 'npy')
    .option('--probe-set <name>', 'gallery to export (default: as for search)')
    .option('--json', 'print JSON')
    .action(async (flags: ExportFlags) => {
      const format = FORMATS.find((one) => one === flags.format);
      if (!format)
        throw new ProbelogError(
          'INPUT_INVALID',
          `--format is ${flags.format}; it must be npy or safetensors.`,
        );
      await checkNew(flags.out);
      await interruptible((signal) => run(flags, format, signal));
    });
}

async function run(flags: ExportFlags, format: ExportFormat, signal: AbortSignal): Promise<void> {
  const { out, json } = flags;
  const display = progressDisplay(process.stderr);
  try {
    await withService(false, async (service) => {
      const probeSet = await findGallery(service, flags.probeSet);
      const { models, excludeModels } = await filteredBy(service.store, probeSet, flags);
      const line = display.line('exporting');
      const onProgress = (done: number) => line.update(done, done, 'models');
      const options = { probeSet, models, excludeModels, format, signal, onProgress };
      const exported = await writeWholeFolder(out, (folder) => exportGallery(service.store, folder, options));
      line.finish('done');
      const shown = { folder: out, probeSet: probeSet.name, ...exported };
      process.stdout.write(
        json
          ? `${JSON.stringify(shown, null, 2)}\n`
          : `${out}: ${exported.models} models, ${exported.logits} logits of "${probeSet.name}"\n`,
      );
    });
  } finally {
    display.close();
  }
}

/** Writes a folder beside its place and moves it there: whoever finds it finds it whole. */
async function writeWholeFolder<T>(path: string, write: (folder: string) => Promise<T>): Promise<T> {
  const partial = `${path.replace(/\/+$/, '')}.${randomUUID()}.part`;
  try {
    await mkdir(partial, { recursive: true });
    const written = await write(partial);
    await moveDurably(partial, path);
    return written;
  } catch (thrown) {
    await rm(partial, { recursive: true, force: true });
    throw asStorageError(thrown);
  }
}

async function checkNew(path: string): Promise<void> {
  const found = await readdir(path).catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'ENOENT') return [];
    throw new ProbelogError(
      'INPUT_INVALID',
      `--out is ${path}, which is no folder; name a new or empty one.`,
    );
  });
  if (found.length > 0)
    throw new ProbelogError(
      'INPUT_INVALID',
      `--out is ${path}, in which there is something (${found[0]}); name a new or empty folder.`,
    );
}
