import { type FileHandle, open } from 'node:fs/promises';
import type { DoneProbes } from '../../probing/index.js';
import {
  countIntactRows,
  encodeHeader,
  encodeRows,
  HEADER_BYTES,
  readHeader,
  readRows,
  rowBytes,
} from './spool-format.js';

/**
 * The responses of an unfinished probing run, on disk: one row per probe, in the order the probes were run.
 *
 * A run that ends early leaves its finished batches here, and the next attempt continues after them, or before the first damaged row.
 * The file lies in the
 * ingest's folder, under the hash of everything that the responses depend on. So a spool is never continued with another
 * model, probe set, probe plan or preprocessing, and two ingests of one file never share it.
 */
export class ResponseSpool {
  private constructor(
    readonly path: string,
    private readonly file: FileHandle,
    /** C; null before the first batch. */
    private outputs: number | null,
    /** Whole rows in the file. */
    private count: number,
  ) {}

  /** @param path from `workPath` */
  static async open(path: string): Promise<ResponseSpool> {
    const file = await open(path, 'a+');
    const outputs = await readHeader(file);
    const rows = outputs === null ? 0 : await countIntactRows(file, outputs);
    if (outputs === null || rows === 0) {
      await file.truncate(0);
      return new ResponseSpool(path, file, null, 0);
    }
    await file.truncate(HEADER_BYTES + rows * rowBytes(outputs));
    return new ResponseSpool(path, file, outputs, rows);
  }

  /** Number of probes with responses. */
  get rows(): number {
    return this.count;
  }

  /** All responses so far; null when there are none. */
  async done(): Promise<DoneProbes | null> {
    if (this.outputs === null || this.count === 0) return null;
    const probes = new Uint32Array(this.count);
    const responses = new Float32Array(this.count * this.outputs);
    let row = 0;
    for await (const block of readRows(this.file, this.outputs)) {
      probes.set(block.probes, row);
      responses.set(block.responses, row * this.outputs);
      row += block.probes.length;
    }
    return { probes, responses };
  }

  /** Appends the rows of one batch. */
  async append(batch: DoneProbes): Promise<void> {
    if (this.outputs === null) {
      this.outputs = batch.responses.length / batch.probes.length;
      await this.file.appendFile(encodeHeader(this.outputs));
    }
    await this.file.appendFile(encodeRows(batch));
    this.count += batch.probes.length;
  }

  /** Closes the file and keeps it for the next attempt. */
  async close(): Promise<void> {
    await this.file.close();
  }
}
