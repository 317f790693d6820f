import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { addAbortSignal } from 'node:stream';
import { Command } from 'commander';
import { ProbelogError } from '../../errors/index.js';
import { exists } from '../../lib/exists.js';
import type { RestoredBackup } from '../../store/index.js';
import { interruptible } from '../interrupt.js';
import { backupCounts, printJson } from '../output/formats.js';
import { openProgress } from '../output/progress.js';

/** `probelog restore` */
export function restoreCommand(): Command {
  return new Command('restore')
    .description('restore a backup into an empty data folder, and an empty schema of the database server')
    .argument('<file>', 'archive that `probelog backup` wrote; - is standard input')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
PROBELOG_DATA, DATABASE_URL and PROBELOG_DATABASE_SCHEMA name the target; its kind of database may differ from the source's.
Either everything is restored or nothing. Ingests that were running are queued again and start over. Restore only backups that
you trust: they contain keys.`,
    )
    .action(async (file: string, { json = false }: { json?: boolean }) => {
      if (file === '-' && process.stdin.isTTY)
        throw new ProbelogError(
          'INPUT_INVALID',
          'Standard input is a terminal. Name a file, or pipe one in.',
        );
      if (file !== '-') await checkReadable(file);
      await interruptible((signal) => restore(file, json, signal));
    });
}

/** @throws ProbelogError SOURCE_NOT_FOUND */
async function checkReadable(file: string): Promise<void> {
  const facts = await stat(file).catch(() => null);
  if (!facts || facts.isDirectory() || !(await exists(file)))
    throw new ProbelogError('SOURCE_NOT_FOUND', `There is no readable file ${file}.`);
}

async function restore(file: string, json: boolean, signal: AbortSignal): Promise<void> {
  const { restoreBackup } = await import('../../store/index.js');
  const { storeLocation } = await import('../store-location.js');
  const input = file === '-' ? process.stdin : createReadStream(file);
  const display = await openProgress();
  try {
    const line = display.line('restoring');
    const restored = await restoreBackup(storeLocation(), addAbortSignal(signal, input), {
      signal,
      onProgress: (done, total) => line.update(done, total, 'files'),
    });
    line.finish('done');
    print(restored, json);
  } finally {
    input.destroy();
    display.close();
  }
}

function print(restored: RestoredBackup, json: boolean): void {
  const { createdAt, release } = restored.manifest;
  const shown = { createdAt, release, ...backupCounts(restored), requeuedIngests: restored.requeued };
  if (json) {
    printJson(shown);
    return;
  }
  const { models, logits, keys, files, requeuedIngests } = shown;
  process.stdout.write(
    `Restored the backup of ${createdAt}: ${models} models, ${logits} logits, ${keys} keys, ${files} files. Running ingests queued again: ${requeuedIngests}.\n`,
  );
}
