import { Header } from 'tar';
import { backupInvalid } from './backup-format.js';

const BLOCK = 512;

/** One file of an archive. */
export interface ArchiveEntry {
  path: string;
  size: number;
}

/**
 * Reads an archive of plain files, one after the other, and never reads ahead.
 *
 * Threat model: the archive is untrusted. No name in it becomes a path. Links, folders, devices, long names and sparse
 * files, which backups do not contain, are errors. No size is trusted before that many bytes have arrived.
 */
export class ArchiveReader {
  private readonly source: AsyncIterator<Uint8Array>;
  /** Bytes that arrived but are not consumed yet. */
  private rest: Buffer = Buffer.alloc(0);
  private current: ArchiveEntry = { path: 'archive', size: 0 };
  /** Bytes of the current entry that are not consumed yet. */
  private left = 0;

  constructor(content: AsyncIterable<Uint8Array>) {
    this.source = content[Symbol.asyncIterator]();
  }

  /** The next file; null at the end. The last file must have been read to its end. @throws ProbelogError BACKUP_INVALID */
  async next(): Promise<ArchiveEntry | null> {
    const block = await this.exactly(BLOCK);
    const header = this.headerOf(block);
    if (header.nullBlock) {
      await this.end();
      return null;
    }
    const { path = '', size = 0, type } = header;
    if (!header.cksumValid) throw backupInvalid(this.current.path, 'it is not followed by a tar header');
    if (type !== 'File' || !Number.isSafeInteger(size) || size < 0)
      throw backupInvalid(path, `it is a ${type}, and a backup contains plain files only`);
    this.current = { path, size };
    this.left = size;
    return this.current;
  }

  /** The content of the current file. @throws ProbelogError BACKUP_INVALID when the archive ends within it */
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

  /** The whole content of the current file. @throws ProbelogError BACKUP_INVALID, also when it exceeds `maxBytes` */
  async whole(maxBytes: number): Promise<Buffer> {
    const { path, size } = this.current;
    if (size > maxBytes) throw backupInvalid(path, `it has ${size} bytes, and ${maxBytes} are allowed`);
    const chunks: Buffer[] = [];
    for await (const chunk of this.content()) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  private headerOf(block: Buffer): Header {
    try {
      return new Header(block);
    } catch (thrown) {
      throw backupInvalid(this.current.path, 'it is not followed by a tar header', thrown);
    }
  }

  /** An archive ends with two empty blocks. Programs that write tapes may add more. */
  private async end(): Promise<void> {
    const second = await this.exactly(BLOCK);
    const isEmpty = (bytes: Uint8Array) => bytes.every((byte) => byte === 0);
    if (!isEmpty(second)) throw backupInvalid(this.current.path, 'the archive continues after its end');
    do {
      if (!isEmpty(this.rest)) throw backupInvalid(this.current.path, 'the archive continues after its end');
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
    if (!(await this.pull())) throw backupInvalid(this.current.path, 'the archive ends within or after it');
  }

  private async pull(): Promise<boolean> {
    const { value, done } = await this.source.next();
    if (done) return false;
    this.rest = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    return true;
  }
}
