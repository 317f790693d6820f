import { pipeline } from 'node:stream/promises';
import { Command } from 'commander';
import { ProbelogError } from '../../errors/index.js';
import type { BackupContents } from '../../store/index.js';
import { interruptible } from '../interrupt.js';
import { backupCounts, byteSize, printJson } from '../output/formats.js';
import { openProgress } from '../output/progress.js';
import { writeOutput } from '../output/write-file.js';
import { packageFacts } from '../package-root.js';

/** `probelog backup` */
export function backupCommand(): Command {
  return new Command('backup')
    .description('write everything that another machine needs to one tar archive')
    .argument('<file>', 'archive to write; - is standard output')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
The archive contains models, responses, probe sets, ingests, keys (as hashes) and the audit log. It does not contain settings or
search files, which are rebuilt. With DATABASE_URL, servers may run meanwhile; an embedded database must be closed. The file
appears when it is complete, and replaces an existing one.`,
    )
    .action((file: string, { json = false }: { json?: boolean }) => {
      if (file === '-' && process.stdout.isTTY)
        throw new ProbelogError(
          'INPUT_INVALID',
          'Standard output is a terminal. Name a file, or use a pipe.',
        );
      return interruptible((signal) => backup(file, json, signal));
    });
}

async function backup(file: string, json: boolean, signal: AbortSignal): Promise<void> {
  const { backUp } = await import('../../store/index.js');
  const { storeLocation } = await import('../store-location.js');
  let bytes = 0;
  const display = await openProgress();
  try {
    const line = display.line('backing up');
    const notes = {
      release: packageFacts().version,
      onProgress: (done: number, total: number) => line.update(done, total, 'files'),
    };
    const contents = await backUp(storeLocation(), notes, async (archive) => {
      const counted = async function* () {
        for await (const chunk of archive) {
          bytes += chunk.length;
          yield chunk;
        }
      };
      if (file === '-') await pipeline(counted(), process.stdout, { signal, end: false });
      // Readable by its owner only: it holds hashes of keys, and models of others.
      else await writeOutput(file, counted(), { mode: 0o600, signal });
    });
    line.finish('done');
    const output = file === '-' ? process.stderr : process.stdout;
    if (json) printJson(summaryOf(file, bytes, contents), output);
    else output.write(described(file, bytes, contents));
  } finally {
    display.close();
  }
}

function summaryOf(file: string, bytes: number, contents: BackupContents) {
  return { file, bytes, ...backupCounts(contents), absentModelFiles: contents.absentFiles };
}

function described(file: string, bytes: number, contents: BackupContents): string {
  const { models, logits, files, absentModelFiles } = summaryOf(file, bytes, contents);
  const absent =
    absentModelFiles === 0
      ? ''
      : `; ${absentModelFiles} model files are not stored here, and are fetched again when needed`;
  return `${file}: ${models} models, ${logits} logits, ${files} files, ${byteSize(bytes)}${absent}\n`;
}
