import { knownError, ProbelogError } from '../../errors/index.js';
import { type AtomicWriteOptions, type FileContent, writeFileAtomically } from '../../lib/atomic-file.js';
import { fileReason } from '../file-error.js';

/**
 * Writes a file that the user named: whole, or not at all.
 *
 * @throws ProbelogError STORAGE_FULL, or INPUT_INVALID when the file cannot be created
 */
export async function writeOutput(
  file: string,
  content: FileContent,
  options: AtomicWriteOptions = {},
): Promise<void> {
  try {
    await writeFileAtomically(file, content, options);
  } catch (thrown) {
    if (knownError(thrown)?.code === 'STORAGE_FULL')
      throw new ProbelogError(
        'STORAGE_FULL',
        `The disk is full: ${file} was not written. Free some space and try again.`,
      );
    // Other errors come from the content, such as a connection that broke.
    if (!(thrown instanceof Error && 'code' in thrown && 'syscall' in thrown && 'path' in thrown))
      throw thrown;
    const reason = thrown.code === 'ENOENT' ? 'its folder does not exist' : fileReason(thrown);
    throw new ProbelogError('INPUT_INVALID', `${file} cannot be written: ${reason}.`);
  }
}
