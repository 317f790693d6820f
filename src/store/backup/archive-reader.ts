import { Header } from 'tar';
import { backupInvalid } from './backup-errors.js';

const BLOCK = 512;

/** One file of an archive. */
export interface ArchiveEntry {
  path: string;
  size: number;
}

/**
 * Reads an archive of plain files, one after the other, never more of it than is asked for.
 *
 * Threat model: the archive is a stranger's. No name in it becomes a path; links, folders, devices, long names and sparse
 * files, which a backup has none of, end the reading; no size is believed before so many bytes have come.
 */
export class ArchiveReader {
  private readonly source: AsyncIterator<Uint8Array>;
  /** What has come and is not read yet. */
  private rest: Buffer = Buffer.alloc(0);
  private current: ArchiveEntry = { path: 'archive', size: 0 };
  /** Of the current entry. */
  private left = 0;

  constructor(content: AsyncIterable<Uint8Array>) {
    this.source = content[Symbol.asyncIterator]();
  }

  /** The next file, once the last was read to its end; null at the end of the archive. @throws ProbelogError BACKUP_INVALID */
  async next(): Promise<ArchiveEntry | null> {
    const block = await this.exactly(BLOCK);
    const header = this.headerOf(block);
    if (header.nullBlock) {
      await this.end();
      return null;
    }
    const { path = '', size = 0, type } = header;
    if (!header.cksumValid) throw backupInvalid(this.current.path, 'what follows it is not a tar header');
    if (type !== 'File' || !Number.isSafeInteger(size) || size < 0)
      throw backupInvalid(path, `it is a ${type}, and a backup has plain files only`);
    this.current = { path, size };
    this.left = size;
    return this.current;
  }

  /** The content of the current file. @throws ProbelogError BACKUP_INVALID when the archive ends before it */
  async *content(): AsyncGenerator<Buffer, void, undefined> {
    while (this.left > 0) {
      if (this.rest.length === 0) await this.more();
      const chunk = this.rest.subarray(0, this.left);
      this.rest = this.rest.subarray(chunk.length);
      this.left -= chunk.length;
      yield chunk;
    }
    await this.exactly((BLOCK - (this.current.size % BLOCK)) % BLOCK);
  }

  /** The whole content of the current file. @throws ProbelogError BACKUP_INVALID also when there is more than `most` */
  async whole(most: number): Promise<Buffer> {
    const { path, size } = this.current;
    if (size > most) throw backupInvalid(path, `it has ${size} bytes, and such a file has at most ${most}`);
    const chunks: Buffer[] = [];
    for await (const chunk of this.content()) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  private headerOf(block: Buffer): Header {
    try {
      return new Header(block);
    } catch (thrown) {
      throw backupInvalid(this.current.path, 'what follows it is not a tar header', thrown);
    }
  }

  /** An archive ends with two empty blocks; a program that writes tapes may add more. */
  private async end(): Promise<void> {
    const second = await this.exactly(BLOCK);
    const isEmpty = (bytes: Uint8Array) => bytes.every((byte) => byte === 0);
    if (!isEmpty(second)) throw backupInvalid(this.current.path, 'something follows the end of the archive');
    do {
      if (!isEmpty(this.rest))
        throw backupInvalid(this.current.path, 'something follows the end of the archive');
    } while (await this.pull());
  }

  private async exactly(count: number): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for (let missing = count; missing > 0; ) {
      if (this.rest.length === 0) await this.more();
      const chunk = this.rest.subarray(0, missing);
      this.rest = this.rest.subarray(chunk.length);
      missing -= chunk.length;
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  private async more(): Promise<void> {
    if (!(await this.pull())) throw backupInvalid(this.current.path, 'the archive ends within or behind it');
  }

  private async pull(): Promise<boolean> {
    const { value, done } = await this.source.next();
    if (done) return false;
    this.rest = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    return true;
  }
}
