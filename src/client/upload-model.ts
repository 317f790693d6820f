import { ask } from './ask.js';
import { isProbelogError, ProbelogClientError } from './client-error.js';
import type { CallOptions } from './client-options.js';
import type { Connection } from './connection.js';
import { ModelUploadDocument, OpenModelUploadDocument } from './generated/operations.js';
import { delayOf, isPassing, isRefusal, pause } from './retrying.js';

/** A file of a model: the `.onnx` file, a data file of it, or one that describes it, such as `labels.txt`. */
export interface ModelFile {
  /** As the model names it, with `/` between folders. */
  name: string;
  data: Blob;
  /** Whether it begins again, whatever the upload has under its name; else it goes on with what is there. */
  replaces?: boolean;
}

/** How far an upload is. */
export interface ModelUploadProgress {
  /** Of the upload; with it another call goes on. */
  id: string;
  /** Bytes of all files that are at the server. */
  sent: number;
  /** Bytes of all files. */
  total: number;
}

/** Options of {@link uploadModel}. */
export interface ModelUploadOptions extends CallOptions {
  /** Id of an upload to go on with; a new one when absent. Its files must be the same. */
  upload?: string;
  /** Called at the start, and after each request. */
  onProgress?: (progress: ModelUploadProgress) => void;
  /** Bytes of one request; 8 MiB when absent. */
  pieceBytes?: number;
}

/** A model at the server. */
export interface UploadedModel {
  id: string;
  /** What an ingest takes as its source. */
  source: string;
}

const PIECE_BYTES = 8 * 2 ** 20;
/** For one piece: the server's slowest accepted rate takes 512 s. */
const TIMEOUT_MS = 600_000;

/** Sends the files of a model, in pieces: after a broken connection, it goes on where the server has got to. */
export async function uploadModel(
  connection: Connection,
  files: readonly ModelFile[],
  { upload, onProgress = () => undefined, pieceBytes = PIECE_BYTES, signal }: ModelUploadOptions,
): Promise<UploadedModel> {
  const { id, source, files: begun } = await openUpload(connection, upload, signal);
  const sent = new Map<string, number>();
  const complete = new Set<string>();
  for (const { name, data, replaces } of files) {
    const there = replaces ? undefined : begun.find((file) => file.name === name && file.bytes === data.size);
    sent.set(name, there?.received ?? 0);
    if (there?.received === data.size) complete.add(name);
  }
  const tell = () =>
    onProgress({
      id,
      sent: [...sent.values()].reduce((sum, bytes) => sum + bytes, 0),
      total: files.reduce((sum, { data }) => sum + data.size, 0),
    });
  tell();
  for (const { name, data } of files) {
    const path = pathOf(source, name);
    if (complete.has(name)) continue;
    await sendFile(connection, path, data, { from: sent.get(name) ?? 0, pieceBytes, signal }, (bytes) => {
      sent.set(name, bytes);
      tell();
    });
  }
  return { id, source };
}

/** Relative to the server's address, which may have a path that `ModelUpload.url` repeats. */
function pathOf(source: string, name: string): string {
  const parts = [source.replace(/^upload:/, ''), ...name.split('/')];
  return `model-uploads/${parts.map(encodeURIComponent).join('/')}`;
}

async function openUpload(connection: Connection, id: string | undefined, signal: AbortSignal | undefined) {
  if (id === undefined)
    return (await ask(connection, OpenModelUploadDocument, {}, { signal })).openModelUpload;
  const { modelUpload } = await ask(connection, ModelUploadDocument, { id }, { signal });
  if (modelUpload) return modelUpload;
  throw new ProbelogClientError('NOT_FOUND', 'There is no such upload any more. Begin a new one.');
}

interface Sending {
  from: number;
  pieceBytes: number;
  signal: AbortSignal | undefined;
}

async function sendFile(
  connection: Connection,
  path: string,
  data: Blob,
  { from, pieceBytes, signal }: Sending,
  onSent: (bytes: number) => void,
): Promise<void> {
  let offset = from;
  for (let turn = 0; ; ) {
    const piece = data.slice(offset, offset + pieceBytes);
    try {
      const range = { offset, total: data.size };
      offset = await sendPiece(connection, path, piece, range, signal);
      turn = 0;
      onSent(offset);
      if (offset >= data.size) return;
    } catch (thrown) {
      if (!isProbelogError(thrown) || turn >= connection.retries || !mayPass(thrown)) throw thrown;
      await pause(delayOf(turn, thrown.retryAfterSeconds), signal);
      turn += 1;
      // Where the connection broke, some of the piece may have arrived, or all of it and only the reply is missing.
      offset = await offsetAt(connection, path, signal).catch(() => offset);
      if (data.size > 0 && offset >= data.size) return onSent(data.size);
    }
  }
}

function mayPass(error: Parameters<typeof isPassing>[0]): boolean {
  return (
    isPassing(error) ||
    isRefusal(error) ||
    ['TIMEOUT', 'UPLOAD_DAMAGED', 'UPLOAD_CONFLICT'].includes(error.code)
  );
}

/** @returns how much of the file is there now */
async function sendPiece(
  connection: Connection,
  path: string,
  piece: Blob,
  { offset, total }: { offset: number; total: number },
  signal: AbortSignal | undefined,
): Promise<number> {
  const bytes = await piece.arrayBuffer();
  const digest = await sha256(bytes);
  const range = { 'content-range': `bytes ${offset}-${offset + bytes.byteLength - 1}/${total}` };
  await connection.send(
    {
      method: 'PUT',
      path,
      headers: {
        'content-type': 'application/octet-stream',
        // An empty file has no range.
        ...(total > 0 && range),
        ...(digest && { 'content-digest': `sha-256=:${digest}:` }),
      },
      body: bytes,
      timeoutMs: TIMEOUT_MS,
      signal,
    },
    (response) => response.text(),
  );
  return offset + bytes.byteLength;
}

async function offsetAt(
  connection: Connection,
  path: string,
  signal: AbortSignal | undefined,
): Promise<number> {
  return connection.send({ method: 'HEAD', path, signal }, async ({ headers }) =>
    Number(headers.get('upload-offset') ?? 0),
  );
}

/** In base64; undefined in a page without TLS, where browsers have no digests. TCP's checksum remains. */
async function sha256(bytes: ArrayBuffer): Promise<string | undefined> {
  if (!globalThis.crypto?.subtle) return undefined;
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return btoa(String.fromCharCode(...digest));
}
