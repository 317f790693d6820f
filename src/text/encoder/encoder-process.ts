import { fork } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';

import { compiledEntry } from '../../lib/compiled-entry.js';

import type { EncoderReply, EncoderRequest, EncoderSettings } from './protocol.js';

/** How long calls under way may take to finish when the process is to end. */
const DRAIN_MS = 5_000;

/** A running process that embeds texts and images. */
export interface EncoderProcess {
  /** One vector for each item. Rejected with a plain `Error` that says why. */
  embed(kind: EncoderRequest['kind'], items: string[]): Promise<Float32Array[]>;
  /** Lets calls under way finish, within limits, and ends the process. */
  end(): Promise<void>;
}

interface Call {
  resolve(vectors: Float32Array[]): void;
  reject(error: Error): void;
}

/**
 * Starts the encoder's process.
 *
 * @param environment all that the process sees of ours
 * @param onExit called when the process is gone for whatever reason; no more calls can be made then
 */
export function startEncoderProcess(
  settings: EncoderSettings,
  environment: NodeJS.ProcessEnv,
  onExit: () => void,
): EncoderProcess {
  const calls = new Map<number, Call>();
  const pending = new Set<Promise<unknown>>();
  let next = 0;

  const worker = fork(compiledEntry(import.meta.url, './main.js'), [JSON.stringify(settings)], {
    env: environment,
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  worker.on('message', (reply: EncoderReply) => {
    const call = take(reply.id);
    if ('error' in reply) call?.reject(new Error(reply.error));
    else call?.resolve(reply.vectors);
  });
  const exited = new Promise<string>((resolve) => {
    worker.on('exit', (code, signal) => resolve(`its process ended (${signal ?? code})`));
    // A process that cannot be started has no exit.
    worker.on('error', (error) => resolve(`its process failed (${error.message})`));
  });
  const cleanedUp = exited.then((reason) => {
    onExit();
    for (const id of [...calls.keys()]) take(id)?.reject(new Error(reason));
  });
  // An idle encoder is no reason to keep the program running.
  worker.unref();
  worker.channel?.unref();

  function take(id: number): Call | undefined {
    const call = calls.get(id);
    calls.delete(id);
    if (calls.size === 0) worker.channel?.unref();
    return call;
  }

  return {
    embed(kind, items) {
      const request: EncoderRequest = { id: next++, kind, items };
      worker.channel?.ref();
      const answer = new Promise<Float32Array[]>((resolve, reject) => {
        calls.set(request.id, { resolve, reject });
        // Sending fails between the end of the channel and the exit that tells of it.
        worker.send(request, (error) => {
          if (error) take(request.id)?.reject(new Error('its process is ending'));
        });
      });
      const settled: Promise<unknown> = answer.then(
        () => pending.delete(settled),
        () => pending.delete(settled),
      );
      pending.add(settled);
      return answer;
    },
    async end() {
      worker.ref();
      const timer = new AbortController();
      await Promise.race([Promise.all(pending), setTimeout(DRAIN_MS, undefined, { signal: timer.signal })]);
      timer.abort();
      worker.kill('SIGKILL');
      await cleanedUp;
    },
  };
}
