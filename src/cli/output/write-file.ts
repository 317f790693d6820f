import { messageOf, ProbelogError } from '../../errors/index.js';
import { type AtomicWriteOptions, type FileContent, writeFileAtomically } from '../../lib/atomic-file.js';

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
    const { asStorageError } = await import('../../store/index.js');
    const error = asStorageError(thrown);
    if (error instanceof ProbelogError && error.code === 'STORAGE_FULL')
      throw new ProbelogError(
        'STORAGE_FULL',
        `The disk is full: ${file} was not written. Free some space and try again.`,
      );
    // Other errors come from the content, such as a connection that broke.
    if (!(error instanceof Error && 'code' in error && 'syscall' in error && 'path' in error)) throw error;
    throw new ProbelogError('INPUT_INVALID', `${file} cannot be written: ${messageOf(error)}`);
  }
}
