import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { Pace, type PaceLimits } from '../../download/index.js';
import { asKnownError, ProbelogError } from '../../errors/index.js';
import { makeFolder } from '../../lib/atomic-file.js';
import { Limiter } from '../../lib/limiter.js';
import { SerialQueue } from '../../lib/serial-queue.js';
import { locationProblem, MAX_DATA_FILES } from '../../probing/index.js';
import type { ClaimedIngest, Store } from '../../store/index.js';
import { isContinuable, KEPT_MS } from '../pipeline/work-folder.js';
import type { IngestRequest } from '../queue/ingest-request.js';
import { type LocalFile, parseSource } from '../sources/parse-source.js';
import type { ByteRange } from './byte-range.js';
import { damaged, receivePart } from './receive-part.js';
import { type UploadedFile, UploadFolder } from './upload-folder.js';

/** What uploads of models need. */
export interface ModelUploadsOptions {
  /** In the data folder: the files are copied from there to the stored ones. */
  folder: string;
  /** Bytes of one upload: the limit of a model with its data files. */
  maxBytes: number;
  /** Bytes of all uploads together. */
  maxTotalBytes: number;
  /** Slowest accepted transfer; any when absent. */
  pace?: PaceLimits;
}

/** A model that is being sent here, with the files beside it. */
export interface ModelUpload {
  id: string;
  openedAt: Date;
  /** When it is removed, unless something is sent or an ingest reads it. */
  expiresAt: Date;
  files: UploadedFile[];
}

/** What a request says of its part. */
export interface PartDigests {
  /** SHA-256 of the part. */
  part?: string;
  /** SHA-256 of the whole file, checked when it is complete. */
  file?: string;
}

/** Requests that are received at a time, in this process. */
const MAX_AT_ONCE = 16;
/** Uploads of one caller that no ingest has finished with. */
const MAX_PER_CALLER = 32;
/** A model's data files, and some beside them. */
const MAX_FILES = MAX_DATA_FILES + 100;
/** Space that uploads leave on the disk, for everything else that is written there. */
const RESERVE_BYTES = 256 * 2 ** 20;
/** Of one folder or file, on the usual file systems. */
const MAX_NAME_BYTES = 255;
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** A request that receives a part of a file. */
interface Receiving {
  takeOver: AbortController;
  ended: Promise<void>;
}

/**
 * Models that callers send from their own machines, with their data files and the files that describe them. A file arrives in parts, by
 * any number of requests; an ingest then reads `upload:<id>` as it reads a folder of this machine.
 *
 * Threat model: anyone with the scope may upload. One upload, all of them, the callers' number and the free disk limit what
 * they can take; a caller finds only its own; and what is left alone for a day is removed.
 */
export class ModelUploads {
  constructor(
    private readonly options: ModelUploadsOptions,
    /** The name of the principal whose uploads these are; undefined: all. */
    private readonly owner?: string,
    /** Shared by all callers of this process. */
    private readonly shared = {
      receiving: new Map<string, Receiving>(),
      limiter: new Limiter(MAX_AT_ONCE),
      declaring: new SerialQueue(),
    },
  ) {}

  /** The uploads of one caller. */
  on(owner: string): ModelUploads {
    return new ModelUploads(this.options, owner, this.shared);
  }

  /** Opens an upload, without files. @throws ProbelogError UPLOADS_BUSY when the caller has too many; STORAGE_FULL */
  async open(): Promise<ModelUpload> {
    return this.shared.declaring.run(async () => {
      const id = randomUUID();
      const openedAt = new Date();
      try {
        await makeFolder(this.options.folder);
        await this.checkNumber();
        await this.folder(id).create({ owner: this.owner ?? '', openedAt: openedAt.toISOString() });
      } catch (thrown) {
        throw asKnownError(thrown);
      }
      return { id, openedAt, expiresAt: new Date(openedAt.getTime() + KEPT_MS), files: [] };
    });
  }

  /** null when the caller has none with this id. */
  async find(id: string): Promise<ModelUpload | null> {
    const found = await this.owned(id);
    if (!found) return null;
    const { folder, openedAt, usedAt } = found;
    const expiresAt = new Date(usedAt.getTime() + KEPT_MS);
    return { id, openedAt: new Date(openedAt), expiresAt, files: await folder.list() };
  }

  /** Removes an upload. @returns false when the caller has none with this id @throws ProbelogError UPLOAD_CONFLICT */
  async discard(id: string): Promise<boolean> {
    const found = await this.owned(id);
    if (!found) return false;
    if ((await found.folder.ingests()).length > 0) throw inUse();
    await found.folder.remove();
    return true;
  }

  /**
   * How much of a file is here. Ends a request that still receives it: its connection broke, or the caller would not ask.
   *
   * @throws ProbelogError NOT_FOUND when the caller has no such upload; INPUT_INVALID
   */
  async progress(id: string, name: string): Promise<UploadedFile | null> {
    checkName(name);
    const { folder } = await this.existing(id);
    return this.alone(`${id}/${name}`, () => folder.find(name));
  }

  /**
   * Receives a part of a file: the first one, or the one behind what is here. A first part replaces the file.
   *
   * @throws ProbelogError NOT_FOUND, INPUT_INVALID, UPLOADS_BUSY, UPLOAD_CONFLICT, UPLOAD_DAMAGED, UPLOAD_TOO_SLOW,
   *   MODEL_TOO_LARGE, STORAGE_FULL
   */
  async receive(
    id: string,
    name: string,
    { offset, length, total }: ByteRange,
    content: AsyncIterable<Uint8Array>,
    digests: PartDigests = {},
  ): Promise<UploadedFile> {
    checkName(name);
    const { folder } = await this.existing(id);
    const { limiter } = this.shared;
    if (limiter.isFull) throw busy(`${MAX_AT_ONCE} uploads are already running.`);
    const pace = new Pace(
      this.options.pace,
      (reason) => new ProbelogError('UPLOAD_TOO_SLOW', `The upload ${reason}.`),
    );
    return limiter.run(() =>
      this.alone(`${id}/${name}`, async (signal) => {
        if ((await folder.ingests()).length > 0) throw inUse();
        await this.declare(folder, name, offset, total);
        await receivePart(folder.partOf(name), {
          offset,
          length,
          content: pace.of(content),
          sha256: digests.part,
          signal,
        }).finally(() => folder.touch());
        if (offset + length === total) await finish(folder, name, digests.file);
        return { name, bytes: total, received: offset + length };
      }),
    );
  }

  /**
   * The name of the model file of a complete upload.
   *
   * @param named by the caller; undefined: the only `.onnx` file
   * @throws ProbelogError NOT_FOUND, SOURCE_NOT_FOUND, INPUT_INVALID when files are incomplete or none or several are models
   */
  async modelFile(id: string, named: string | undefined): Promise<string> {
    const { folder } = await this.existing(id);
    const files = await folder.list();
    const begun = files.find(({ bytes, received }) => received < bytes);
    if (begun)
      throw new ProbelogError(
        'INPUT_INVALID',
        `The upload is not complete: ${begun.received} of the ${begun.bytes} bytes of ${JSON.stringify(begun.name)} are here. Send the rest first.`,
      );
    const names = files.map(({ name }) => name);
    if (named !== undefined) {
      if (names.includes(named)) return named;
      throw new ProbelogError('SOURCE_NOT_FOUND', `The upload has no file ${JSON.stringify(named)}.`);
    }
    const models = names.filter((name) => /\.onnx$/i.test(name));
    if (models.length === 1) return models[0];
    throw new ProbelogError(
      'INPUT_INVALID',
      models.length === 0
        ? 'The upload has no file that ends in .onnx. Name its model file: upload:<id>/<file>.'
        : `The upload has several models (${models.slice(0, 5).join(', ')}). Name one: upload:<id>/<file>.`,
    );
  }

  /** A complete file, for an ingest or inspection; it may be gone. */
  localFile(id: string, name: string): LocalFile {
    const { files } = this.folder(id);
    return { path: join(files, name), within: files };
  }

  /** Notes that an ingest reads an upload, which stays until it ends. */
  async usedBy(id: string, ingestId: string): Promise<void> {
    await this.folder(id).addIngest(ingestId);
  }

  /** Removes the upload that an ingest has read, once no other needs it. What a model needs of it is among the stored files then. */
  async releaseOf(
    { request }: Pick<ClaimedIngest, 'request'>,
    ingests: Pick<Store['ingests'], 'byIds'>,
  ): Promise<void> {
    const source = parseSource((request as IngestRequest).source);
    if (source.kind !== 'UPLOAD') return;
    const folder = this.folder(source.id);
    const readers = await folder.ingests();
    if (readers.length > 0 && !(await areOpen(readers, ingests))) await folder.remove();
  }

  /** Removes uploads that are not needed any more. @returns how many */
  async cleanUp(ingests: Pick<Store['ingests'], 'byIds'>): Promise<number> {
    let removed = 0;
    for (const id of await this.ids()) {
      const folder = this.folder(id);
      const readers = await folder.ingests();
      const usedAt = (await folder.owner())?.usedAt.getTime() ?? 0;
      const isKept = readers.length > 0 ? await areOpen(readers, ingests) : usedAt > Date.now() - KEPT_MS;
      if (isKept) continue;
      await folder.remove();
      removed += 1;
    }
    return removed;
  }

  /** Begins a file at its first part; checks that a later one goes on where the file ends. */
  private async declare(folder: UploadFolder, name: string, offset: number, total: number): Promise<void> {
    const file = await folder.find(name);
    if (offset > 0) {
      const received = file?.bytes === total ? file.received : 0;
      if (offset === received && received < total) return;
      throw new ProbelogError(
        'UPLOAD_CONFLICT',
        `The part begins at byte ${offset}, but ${received} bytes of a file of ${total} are here. Go on behind them.`,
        { received },
      );
    }
    await this.shared.declaring.run(async () => {
      await this.checkSpace(folder, name, total);
      await folder.begin(name, total).catch((thrown) => refuseName(thrown, name));
    });
  }

  private async checkNumber(): Promise<void> {
    let count = 0;
    for (const id of await this.ids()) if ((await this.folder(id).owner())?.owner === this.owner) count += 1;
    if (count >= MAX_PER_CALLER)
      throw busy(`You have ${count} uploads that no ingest has finished with. Discard some.`);
  }

  private async checkSpace({ path }: UploadFolder, name: string, bytes: number): Promise<void> {
    const { maxBytes, maxTotalBytes, folder } = this.options;
    let own = bytes;
    let all = bytes;
    let missing = bytes;
    let count = 1;
    for (const id of await this.ids()) {
      const isOwn = this.folder(id).path === path;
      for (const file of await this.folder(id).list()) {
        if (isOwn && file.name === name) continue;
        if (isOwn) count += 1;
        if (isOwn) own += file.bytes;
        all += file.bytes;
        missing += file.bytes - file.received;
      }
    }
    if (count > MAX_FILES)
      throw new ProbelogError('INPUT_INVALID', `An upload has at most ${MAX_FILES} files.`);
    if (own > maxBytes)
      throw new ProbelogError(
        'MODEL_TOO_LARGE',
        `The files of this upload have more than ${maxBytes} bytes together, the limit of PROBELOG_MAX_MODEL_BYTES.`,
        { limit: maxBytes },
      );
    if (all > maxTotalBytes)
      throw new ProbelogError(
        'STORAGE_FULL',
        `All uploads of models have more than ${maxTotalBytes} bytes together, the limit of PROBELOG_MODEL_UPLOAD_BYTES. Discard some, or wait for their ingests.`,
        { limit: maxTotalBytes },
      );
    const { bavail, bsize } = await statfs(folder);
    if (missing + RESERVE_BYTES > bavail * bsize)
      throw new ProbelogError(
        'STORAGE_FULL',
        `The disk of the data folder has no room for ${bytes} bytes more.`,
      );
  }

  /** Does something with a file; ends what another request does with it, whose connection may be broken. */
  private async alone<T>(key: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { receiving } = this.shared;
    for (let other = receiving.get(key); other; other = receiving.get(key)) {
      other.takeOver.abort();
      await other.ended;
    }
    const takeOver = new AbortController();
    const result = work(takeOver.signal).finally(() => receiving.delete(key));
    receiving.set(key, { takeOver, ended: result.then(...IGNORED) });
    return result;
  }

  private async existing(id: string) {
    const found = await this.owned(id);
    if (found) return found;
    throw new ProbelogError(
      'NOT_FOUND',
      'You have no upload with this id. Those that are left alone are removed after a day.',
    );
  }

  private async owned(id: string) {
    if (!UUID.test(id)) return null;
    const folder = this.folder(id);
    const facts = await folder.owner();
    return facts && (this.owner === undefined || facts.owner === this.owner) ? { folder, ...facts } : null;
  }

  private folder(id: string): UploadFolder {
    return new UploadFolder(join(this.options.folder, id));
  }

  private async ids(): Promise<string[]> {
    return (await readdir(this.options.folder).catch(() => [])).filter((name) => UUID.test(name));
  }
}

const IGNORED = [() => undefined, () => undefined] as const;

function checkName(name: string): void {
  const problem = locationProblem(name);
  const isLong = name.split('/').some((part) => Buffer.byteLength(part) > MAX_NAME_BYTES);
  if (problem === null && !isLong) return;
  throw new ProbelogError(
    'INPUT_INVALID',
    `The name ${JSON.stringify(name.slice(0, 100))} cannot be used for a file: ${problem ?? 'its name is too long'}.`,
  );
}

async function finish(folder: UploadFolder, name: string, sha256: string | undefined): Promise<void> {
  if (sha256 !== undefined) {
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(folder.partOf(name))) hash.update(chunk);
    if (hash.digest('hex') !== sha256) {
      await folder.forget(name);
      throw damaged();
    }
  }
  await folder.complete(name).catch(async (thrown) => {
    await folder.forget(name);
    refuseName(thrown, name);
  });
}

/** What a name that is a folder of another file, or the other way round, makes of a call of `node:fs`. */
const NAME_TAKEN = ['ENOTDIR', 'EISDIR', 'EEXIST', 'ERR_FS_EISDIR'];

function refuseName(thrown: NodeJS.ErrnoException, name: string): never {
  if (!NAME_TAKEN.includes(thrown.code ?? '')) throw asKnownError(thrown);
  throw new ProbelogError(
    'INPUT_INVALID',
    `${JSON.stringify(name)} and another file of the upload exclude each other: one is in a folder with the name of the other.`,
  );
}

/** Whether one of these ingests may still read its files. */
async function areOpen(ids: readonly string[], ingests: Pick<Store['ingests'], 'byIds'>): Promise<boolean> {
  const records = await ingests.byIds([...ids]);
  return records.some((ingest) => isContinuable(ingest, Date.now() - KEPT_MS));
}

function busy(message: string): ProbelogError {
  return new ProbelogError('UPLOADS_BUSY', message);
}

function inUse(): ProbelogError {
  return new ProbelogError(
    'UPLOAD_CONFLICT',
    'An ingest reads this upload, so it cannot be changed. Open another one.',
  );
}
