import { type ChildProcess, fork } from 'node:child_process';
import { mkdir, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ProbelogError } from '../errors/index.js';
import { compiledEntry } from '../runtime/index.js';
import { checkEncoderFolder, encoderFingerprint } from './encoder-files.js';
import type { EncoderReply, EncoderRequest, EncoderSettings } from './protocol.js';
import type { TextEncoder } from './text-encoder.js';

/** Which encoder to open. */
export interface TextEncoderOptions {
  /** A folder in CLIP's layout, or an id on the Hugging Face Hub (owner/name). */
  model: string;
  /** Where files of the Hub are kept. */
  cacheFolder: string;
}

/** What the process may see of our environment: what it needs to run, and for the Hub its proxy and token. */
const VARIABLES = ['PATH', 'HOME', 'LD_LIBRARY_PATH'];
const HUB_VARIABLES = [
  'HF_TOKEN',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
];

interface Pending {
  resolve(vectors: Float32Array[]): void;
  reject(error: Error): void;
}

/**
 * Opens a text–image encoder in a process of its own.
 *
 * The process starts at the first use and again after a crash; a crash fails the calls under way and nothing else.
 *
 * @throws ProbelogError TEXT_ENCODER_UNAVAILABLE when the folder is missing or incomplete
 */
export async function openTextEncoder({ model, cacheFolder }: TextEncoderOptions): Promise<TextEncoder> {
  const settings = await settle(model, cacheFolder);
  const id = settings.isFolder ? await encoderFingerprint(settings.model) : `hub:${model}`;
  await mkdir(cacheFolder, { recursive: true });
  const pending = new Map<number, Pending>();
  let child: ChildProcess | undefined;
  let next = 0;

  function start(): ChildProcess {
    const started = fork(compiledEntry(import.meta.url, './child/main.js'), [JSON.stringify(settings)], {
      env: pick(settings.isFolder ? VARIABLES : [...VARIABLES, ...HUB_VARIABLES]),
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    started.on('message', (reply: EncoderReply) => {
      const call = pending.get(reply.id);
      pending.delete(reply.id);
      if ('error' in reply) call?.reject(unavailable(model, reply.error));
      else call?.resolve(reply.vectors);
    });
    started.on('exit', (code, signal) => {
      if (child === started) child = undefined;
      for (const call of pending.values())
        call.reject(unavailable(model, `its process ended (${signal ?? code})`));
      pending.clear();
    });
    // An idle encoder is no reason to keep the program running.
    started.unref();
    started.channel?.unref();
    return started;
  }

  function ask(kind: EncoderRequest['kind'], items: string[]): Promise<Float32Array[]> {
    if (items.length === 0) return Promise.resolve([]);
    child ??= start();
    const process = child;
    const request: EncoderRequest = { id: next++, kind, items };
    process.channel?.ref();
    const answer = new Promise<Float32Array[]>((resolve, reject) => {
      pending.set(request.id, { resolve, reject });
      process.send(request);
    });
    return answer.finally(() => pending.size === 0 && process.channel?.unref());
  }

  return {
    id,
    embedTexts: (texts) => ask('TEXTS', texts),
    embedImages: (paths) => ask('IMAGES', paths),
    async close() {
      const ending = child;
      child = undefined;
      if (!ending) return;
      await new Promise<void>((resolve) => {
        ending.ref();
        ending.once('exit', () => resolve());
        ending.kill('SIGKILL');
      });
    },
  };
}

async function settle(model: string, cacheFolder: string): Promise<EncoderSettings> {
  const looksLikePath = /^[./~]|^[A-Za-z]:\\/.test(model);
  const facts = await stat(model).catch(() => undefined);
  if (!facts?.isDirectory()) {
    if (!looksLikePath) return { model, isFolder: false, cacheFolder };
    throw new ProbelogError('TEXT_ENCODER_UNAVAILABLE', `There is no text encoder folder ${model}.`);
  }
  await checkEncoderFolder(model);
  return { model: resolve(model), isFolder: true, cacheFolder };
}

function pick(names: string[]): NodeJS.ProcessEnv {
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}

function unavailable(model: string, reason: string): ProbelogError {
  return new ProbelogError(
    'TEXT_ENCODER_UNAVAILABLE',
    `The text encoder ${model} cannot be used: ${reason}. Without a way to the Hugging Face Hub, set PROBELOG_TEXT_ENCODER to a local folder.`,
  );
}
