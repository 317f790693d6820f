import { randomUUID } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { Command, Option } from 'commander';
import type { Service } from '../../app/index.js';
import { asKnownError, ProbelogError } from '../../errors/index.js';
import type { ExportFormat } from '../../ingest/index.js';
import { makeFolder, moveDurably } from '../../lib/atomic-file.js';
import type { ProbeSetRecord } from '../../store/index.js';
import { fileError } from '../file-error.js';
import { interruptible } from '../interrupt.js';
import { type FilterFlags, filterOf, withFilterOptions } from '../options/filter-options.js';
import { printJson } from '../output/formats.js';
import { openProgress } from '../output/progress.js';

const FORMATS: readonly ExportFormat[] = ['npy', 'safetensors'];

interface ExportFlags extends FilterFlags {
  out: string;
  format: ExportFormat;
  probeSet?: string;
  json?: boolean;
}

/** `probelog export` */
export function exportCommand(): Command {
  const command = new Command('export')
    .description('write models, logits and responses to a folder, for other tools')
    .requiredOption('--out <folder>', 'a new or empty folder; it appears when the export is complete');
  return withFilterOptions(command, ['minExpectedAccuracy'])
    .addOption(new Option('--format <format>', 'format of the responses').choices(FORMATS).default('npy'))
    .option('--probe-set <name>', 'gallery to export (default: as for search)')
    .option('--json', 'print JSON')
    .action(async (flags: ExportFlags) => {
      await checkNew(flags.out);
      const { withService } = await import('../service.js');
      await interruptible((signal) => withService(false, (service) => run(service, flags, signal)));
    });
}

async function run(service: Service, flags: ExportFlags, signal: AbortSignal): Promise<void> {
  const { out, format, json } = flags;
  const { exportGallery } = await import('../../ingest/index.js');
  const { store, config } = service;
  const display = await openProgress();
  try {
    const probeSet = await store.probeSets.default(flags.probeSet ?? config.probeSet);
    if (!probeSet) throw new ProbelogError('PROBE_SET_UNKNOWN', 'There is no such probe set.');
    const models = await chosenModels(service, probeSet, flags);
    const line = display.line('exporting');
    const onProgress = (done: number) => line.update(done, done, 'models');
    const options = { probeSet, ...models, format, signal, onProgress };
    const exported = await writeWholeFolder(out, (folder) => exportGallery(store, folder, options));
    line.finish('done');
    if (json) printJson({ folder: out, probeSet: probeSet.name, ...exported });
    else
      process.stdout.write(
        `${out}: ${exported.models} models, ${exported.logits} logits of "${probeSet.name}"\n`,
      );
  } finally {
    display.close();
  }
}

/** The models that the flags choose, by their database keys. @throws ProbelogError INPUT_INVALID, NOT_FOUND */
async function chosenModels(
  service: Service,
  probeSet: ProbeSetRecord,
  flags: ExportFlags,
): Promise<{ models?: string[]; excludeModels?: string[] }> {
  const { localClient } = await import('../in-process-fetch.js');
  const { checkFilter, conditionsOf, keyOf } = await import('../../graphql/index.js');
  const filter = await filterOf(localClient(service), flags);
  checkFilter(filter);
  const keysOf = (ids: string[] | null | undefined) => ids?.map((id) => keyOf('Model', id));
  const conditions = conditionsOf(filter);
  const named = keysOf(filter.models);
  const excludeModels = keysOf(filter.excludeModels);
  if (Object.values(conditions).every((condition) => condition === undefined))
    return { models: named, excludeModels };
  const matching = await service.store.models.ids({ ...conditions, probeSetId: probeSet.id });
  return { models: named ? matching.filter((id) => named.includes(id)) : matching, excludeModels };
}

/** Writes a folder next to its place and moves it there when it is complete. */
async function writeWholeFolder<T>(path: string, write: (folder: string) => Promise<T>): Promise<T> {
  const partial = `${path.replace(/\/+$/, '')}.${randomUUID()}.part`;
  try {
    await makeFolder(partial);
    const written = await write(partial);
    await moveDurably(partial, path);
    return written;
  } catch (thrown) {
    await rm(partial, { recursive: true, force: true });
    throw fileError(thrown) ?? asKnownError(thrown);
  }
}

async function checkNew(path: string): Promise<void> {
  const found = await readdir(path).catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'ENOENT') return [];
    throw new ProbelogError(
      'INPUT_INVALID',
      `--out is ${path}, which is no folder. Name a new or empty one.`,
    );
  });
  if (found.length > 0)
    throw new ProbelogError(
      'INPUT_INVALID',
      `--out is ${path}, which is not empty (${found[0]}). Name a new or empty folder.`,
    );
}
