import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { messageOf, ProbelogError } from '../../errors/index.js';
import { childEnvironment } from '../../lib/child-environment.js';
import { exists } from '../../lib/exists.js';
import { Limiter } from '../../lib/limiter.js';
import { encoderFingerprint, findTowers, HUB_TOWERS } from './encoder-files.js';
import { type EncoderProcess, startEncoderProcess } from './encoder-process.js';
import type { EncoderCalls, EncoderSettings } from './protocol.js';
import { SHIPPED_FOLDER } from './shipped-embeddings.js';
import type { TextEncoder } from './text-encoder.js';

/** Which encoder to open. */
export interface TextEncoderOptions {
  /** A folder with two towers (`findTowers`), or an id on the Hugging Face Hub: `owner/name` or `owner/name@revision`. */
  model: string;
  /** Cache for files of the Hub. */
  cacheFolder: string;
  /** Beyond it, the process is ended. */
  maxMemoryBytes: number;
}

/** One running call and one ready to follow it. Calls that still wait can be aborted. */
const MAX_CONCURRENT = 2;

/** The environment of the process: what it needs to run, and for the Hub also proxies and the token. */
const VARIABLES = ['PATH', 'HOME', 'LD_LIBRARY_PATH'];
const HUB_VARIABLES = [
  'HF_TOKEN',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'NODE_EXTRA_CA_CERTS',
];

/**
 * Opens a text–image encoder in a separate process.
 *
 * The process starts on first use, and again after a crash or too much memory, which only fail the running calls.
 *
 * @throws ProbelogError TEXT_ENCODER_UNAVAILABLE when the folder is missing or incomplete
 */
export async function openTextEncoder({
  model,
  cacheFolder,
  maxMemoryBytes,
}: TextEncoderOptions): Promise<TextEncoder> {
  const settings = await findEncoder(model, cacheFolder);
  const id = settings.isFolder
    ? await encoderFingerprint(settings.model, settings.towers)
    : `hub:${settings.model}@${settings.revision}`;
  const name = settings.isFolder ? basename(settings.model) : settings.model;
  const variables = settings.isFolder ? VARIABLES : [...VARIABLES, ...HUB_VARIABLES];
  const embeddings = settings.isFolder ? join(settings.model, SHIPPED_FOLDER) : null;
  const shipped = embeddings !== null && (await exists(embeddings)) ? embeddings : null;
  const limiter = new Limiter(MAX_CONCURRENT);
  let running: EncoderProcess | undefined;
  let isClosed = false;

  function start(): EncoderProcess {
    const started = startEncoderProcess(
      settings,
      { environment: childEnvironment(variables), maxMemoryBytes },
      () => {
        if (running === started) running = undefined;
      },
    );
    return started;
  }

  async function embed(method: keyof EncoderCalls, items: string[]): Promise<Float32Array[]> {
    if (isClosed) throw unavailable(name, 'it is closed');
    running ??= start();
    try {
      return await running.embed(method, items);
    } catch (thrown) {
      throw unavailable(name, messageOf(thrown));
    }
  }

  async function embedInTurn(method: keyof EncoderCalls, items: string[], signal: AbortSignal | undefined) {
    return items.length === 0 ? [] : limiter.run(() => embed(method, items), signal);
  }

  return {
    id: async () => id,
    embedTexts: (texts, signal) => embedInTurn('embedTexts', texts, signal),
    embedImages: (paths, signal) => embedInTurn('embedImages', paths, signal),
    shippedEmbeddings: async () => shipped,
    async close() {
      isClosed = true;
      await running?.end();
    },
  };
}

async function findEncoder(model: string, cacheFolder: string): Promise<EncoderSettings> {
  const looksLikePath = /^[./~]|^[A-Za-z]:\\/.test(model);
  const facts = await stat(model).catch(() => undefined);
  if (facts?.isDirectory()) {
    const towers = await findTowers(model);
    return { model: resolve(model), isFolder: true, revision: '', cacheFolder, towers };
  }
  if (looksLikePath) {
    throw new ProbelogError(
      'TEXT_ENCODER_UNAVAILABLE',
      `The text encoder folder ${model} does not exist. Set PROBELOG_TEXT_ENCODER to an existing folder.`,
    );
  }
  const [id, revision = 'main'] = model.split('@');
  return { model: id, isFolder: false, revision, cacheFolder, towers: HUB_TOWERS };
}

function unavailable(name: string, reason: string): ProbelogError {
  return new ProbelogError(
    'TEXT_ENCODER_UNAVAILABLE',
    `The text encoder ${name} cannot be used: ${reason}. If the Hugging Face Hub cannot be reached, set PROBELOG_TEXT_ENCODER to a local folder.`,
  );
}
