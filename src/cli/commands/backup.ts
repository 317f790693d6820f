import { pipeline } from 'node:stream/promises';
import { Command } from 'commander';
import { ProbelogError } from '../../errors/index.js';
import { writeFileAtomically } from '../../lib/atomic-file.js';
import { asStorageError, type BackupContents, backUp } from '../../store/index.js';
import { interruptible } from '../interruptible.js';
import { backupCounts } from '../output/backup-counts.js';
import { byteSize } from '../output/byte-size.js';
import { progressDisplay } from '../output/progress.js';
import { packageFacts } from '../package-root.js';
import { storeLocation } from '../store-location.js';

/** `probelog backup` */
export function backupCommand(): Command {
  return new Command('backup')
    .description('write everything that another machine needs to one tar archive')
    .argument('<file>', 'where it goes; - is standard output')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
In it are models, responses, probe sets, ingests, keys (their hashes) and the audit; not the settings, and not the
search's files, which are made anew. With DATABASE_URL it is made while servers run; an embedded database must be
closed. The file appears when it is whole, and replaces one of its name.`,
    )
    .action((file: string, { json = false }: { json?: boolean }) => {
      if (file === '-' && process.stdout.isTTY)
        throw new ProbelogError('INPUT_INVALID', 'Standard output is a terminal; name a file, or a pipe.');
      return interruptible((signal) => backup(file, json, signal));
    });
}

async function backup(file: string, json: boolean, signal: AbortSignal): Promise<void> {
  let bytes = 0;
  const display = progressDisplay(process.stderr);
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
      else await writeArchive(file, counted(), signal);
    });
    line.finish('done');
    // Where the archive is on standard output, what is said about it goes to the other.
    (file === '-' ? process.stderr : process.stdout).write(described(file, bytes, contents, json));
  } finally {
    display.close();
  }
}

/** Readable by its owner only: it holds hashes of keys, and models of others. */
async function writeArchive(file: string, content: AsyncIterable<Uint8Array>, signal: AbortSignal) {
  try {
    await writeFileAtomically(file, content, { mode: 0o600, signal });
  } catch (thrown) {
    throw asStorageError(thrown);
  }
}

function described(file: string, bytes: number, contents: BackupContents, json: boolean): string {
  const { blobs, absentFiles } = contents;
  const shown = { file, bytes, ...backupCounts(contents), absentModelFiles: absentFiles };
  if (json) return `${JSON.stringify(shown, null, 2)}\n`;
  const absent =
    absentFiles === 0
      ? ''
      : `; ${absentFiles} model files are not kept here, and are fetched again if needed`;
  return `${file}: ${shown.models} models, ${shown.logits} logits, ${blobs} files, ${byteSize(bytes)}${absent}\n`;
}
