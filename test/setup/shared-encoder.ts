// By its path from here: in integration tests, the path that the sources import leads to this file.
import {
  type EncoderProcess,
  startEncoderProcess as startOwn,
} from '../../src/text/encoder/encoder-process.js';
import type { EncoderSettings } from '../../src/text/encoder/protocol.js';

/** The running encoders of this worker, by what they were started with. */
const running = new Map<string, { process: EncoderProcess; holders: Set<() => void> }>();
let shares = true;

/** Whether encoders that are opened from now on share a process. Tests of the process itself need one of their own. */
export function shareEncoders(wanted: boolean): void {
  shares = wanted;
}

/** Loading an encoder takes a second: all files of a worker share one process. It ends with the worker. */
export const startEncoderProcess: typeof startOwn = (settings, options, onExit) => {
  if (!shares) return startOwn(settings, options, onExit);
  // The cache of the Hub is not used with a folder, and differs between data folders.
  const key = settings.isFolder ? settings.model : JSON.stringify(settings);
  const found = running.get(key) ?? startShared(key, settings, options);
  found.holders.add(onExit);
  const pending = new Set<Promise<unknown>>();
  return {
    embed(method, items) {
      const vectors = found.process.embed(method, items);
      const settled: Promise<unknown> = vectors.then(
        () => pending.delete(settled),
        () => pending.delete(settled),
      );
      pending.add(settled);
      return vectors;
    },
    async end() {
      found.holders.delete(onExit);
      await Promise.all(pending);
      onExit();
    },
  };
};

function startShared(key: string, settings: EncoderSettings, options: Parameters<typeof startOwn>[1]) {
  const holders = new Set<() => void>();
  const process = startOwn(settings, options, () => {
    running.delete(key);
    for (const onExit of holders) onExit();
  });
  const started = { process, holders };
  running.set(key, started);
  return started;
}
