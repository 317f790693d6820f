import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';

const FLOAT_BYTES = 4;

/** Bytes before the first row: C as a little-endian uint32. */
export const HEADER_BYTES = 4;

/**
 * The responses of a probing run under way, on disk: C as uint32, then one row of C float32 per probe, in probe order.
 *
 * A run whose process is killed leaves its finished batches here, and the next attempt goes on behind them. The name
 * of the file is the hash of the ingest and of everything the responses depend on, so a spool is never continued with
 * another model, probe set or preprocessing, and never shared by two ingests of the same file.
 */
export class ResponseSpool {
  private constructor(
    readonly path: string,
    private readonly file: FileHandle,
    /** C; null while nothing is written. */
    private outputs: number | null,
    /** Whole rows in the file. */
    private count: number,
  ) {}

  /** @param identity everything that the responses depend on, JSON-serialisable */
  static async open(folder: string, identity: unknown): Promise<ResponseSpool> {
    const name = createHash('sha256').update(JSON.stringify(identity)).digest('hex');
    const path = join(folder, `${name}.responses`);
    await mkdir(folder, { recursive: true });
    const file = await open(path, 'a+');
    const { size } = await file.stat();
    const header = Buffer.alloc(HEADER_BYTES);
    await file.read(header, 0, HEADER_BYTES, 0);
    const outputs = header.readUInt32LE();
    if (size < HEADER_BYTES || outputs === 0) {
      await file.truncate(0);
      return new ResponseSpool(path, file, null, 0);
    }
    const rowBytes = outputs * FLOAT_BYTES;
    const rows = Math.floor((size - HEADER_BYTES) / rowBytes);
    // The last row may be only half written.
    await file.truncate(HEADER_BYTES + rows * rowBytes);
    return new ResponseSpool(path, file, outputs, rows);
  }

  /** Probes whose responses are here: the next one to run. */
  get rows(): number {
    return this.count;
  }

  /**
   * Appends the rows of one batch.
   *
   * @param responses rows × C, probe-major
   */
  async append(responses: Float32Array, rows: number): Promise<void> {
    if (this.outputs === null) {
      this.outputs = responses.length / rows;
      const header = Buffer.alloc(HEADER_BYTES);
      header.writeUInt32LE(this.outputs);
      await this.file.appendFile(header);
    }
    await this.file.appendFile(Buffer.from(responses.buffer, responses.byteOffset, responses.byteLength));
    this.count += rows;
  }

  /** Closes the file and keeps it for the next attempt. */
  async close(): Promise<void> {
    await this.file.close();
  }

  /** Deletes a closed spool: its content is stored elsewhere, or is worth nothing. */
  async discard(): Promise<void> {
    await rm(this.path, { force: true });
  }
}
