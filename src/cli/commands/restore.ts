import { createReadStream } from 'node:fs';
import { addAbortSignal } from 'node:stream';
import { Command } from 'commander';
import { ProbelogError } from '../../errors/index.js';
import { exists } from '../../lib/exists.js';
import { type RestoredBackup, restoreBackup } from '../../store/index.js';
import { interruptible } from '../interruptible.js';
import { backupCounts } from '../output/backup-counts.js';
import { progressDisplay } from '../output/progress.js';
import { storeLocation } from '../store-location.js';

/** `probelog restore` */
export function restoreCommand(): Command {
  return new Command('restore')
    .description('restore a backup into an empty data folder, and an empty schema of the database server')
    .argument('<file>', 'what `probelog backup` wrote; - is standard input')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
PROBELOG_DATA, DATABASE_URL and PROBELOG_DATABASE_SCHEMA say where to; it may be another kind of database than it came
from. All of it is restored, or nothing. Ingests that were running are queued again and begin anew. Restore only backups
that you trust: keys are in them.`,
    )
    .action(async (file: string, { json = false }: { json?: boolean }) => {
      if (file === '-' && process.stdin.isTTY)
        throw new ProbelogError(
          'INPUT_INVALID',
          'Standard input is a terminal; name a file, or pipe one in.',
        );
      if (file !== '-' && !(await exists(file)))
        throw new ProbelogError('SOURCE_NOT_FOUND', `There is no readable file ${file}.`);
      await interruptible((signal) => restore(file, json, signal));
    });
}

async function restore(file: string, json: boolean, signal: AbortSignal): Promise<void> {
  const input = file === '-' ? process.stdin : createReadStream(file);
  const display = progressDisplay(process.stderr);
  try {
    const line = display.line('restoring');
    const restored = await restoreBackup(storeLocation(), addAbortSignal(signal, input), {
      signal,
      onProgress: (done, total) => line.update(done, total, 'files'),
    });
    line.finish('done');
    process.stdout.write(described(restored, json));
  } finally {
    input.destroy();
    display.close();
  }
}

function described(restored: RestoredBackup, json: boolean): string {
  const { manifest, blobs, requeued } = restored;
  const { createdAt, release } = manifest;
  const shown = { createdAt, release, ...backupCounts(restored), requeuedIngests: requeued };
  if (json) return `${JSON.stringify(shown, null, 2)}\n`;
  const { models, logits, keys } = shown;
  return `Restored the backup of ${createdAt}: ${models} models, ${logits} logits, ${keys} keys, ${blobs} files; ${requeued} ingests that ran are queued again.\n`;
}
