import { fork } from 'node:child_process';
import { compiledEntry } from '../../lib/compiled-entry.js';
import { withDeadline } from '../../lib/deadline.js';
import { readPeakMemory } from '../../lib/peak-memory.js';
import { callsToProcess } from '../../lib/worker-calls.js';
import type { EncoderCalls, EncoderSettings } from './protocol.js';

/** How long pending calls may take when the process is ended. */
const DRAIN_MS = 5_000;

/** How often the memory of a process is checked while it works. */
const CHECK_INTERVAL_MS = 100;

/** A running process that embeds texts and images. */
export interface EncoderProcess {
  /** One vector per item. @throws a plain `Error` with the reason */
  embed(method: keyof EncoderCalls, items: string[]): Promise<Float32Array[]>;
  /** Waits for pending calls, up to a limit, and ends the process. */
  end(): Promise<void>;
}

/**
 * Starts the encoder's process.
 *
 * Threat model: what an image or a text makes of memory depends on the encoder. Beyond the limit the process is killed, before
 * the machine has none left for the others.
 *
 * @param options.environment all that the process sees of ours
 * @param options.maxMemoryBytes resident memory, where the system reports it
 * @param onExit called when the process has exited for any reason; it takes no more calls then
 */
export function startEncoderProcess(
  settings: EncoderSettings,
  { environment, maxMemoryBytes }: { environment: NodeJS.ProcessEnv; maxMemoryBytes: number },
  onExit: () => void,
): EncoderProcess {
  const pending = new Set<Promise<unknown>>();
  const child = fork(compiledEntry(import.meta.url, './main.js'), [JSON.stringify(settings)], {
    env: environment,
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const calls = callsToProcess<EncoderCalls>(
    child,
    () => new Error('its process is ending'),
    () => child.channel?.unref(),
  );
  let tooMuchMemory: string | null = null;
  const guard = setInterval(() => {
    const memory = child.pid === undefined || pending.size === 0 ? null : readPeakMemory(child.pid);
    if (memory === null || memory <= maxMemoryBytes) return;
    tooMuchMemory = `it needed more than ${Math.round(maxMemoryBytes / 2 ** 20)} MiB of memory (PROBELOG_TEXT_ENCODER_MEMORY)`;
    child.kill('SIGKILL');
  }, CHECK_INTERVAL_MS);
  guard.unref();
  const exited = new Promise<string>((resolve) => {
    child.on('exit', (code, signal) => resolve(tooMuchMemory ?? `its process ended (${signal ?? code})`));
    // A process that cannot be started never exits.
    child.on('error', (error) => resolve(`its process failed (${error.message})`));
  });
  const cleanedUp = exited.then((reason) => {
    clearInterval(guard);
    onExit();
    calls.failAll(new Error(reason));
  });
  // An idle encoder does not keep the program running.
  child.unref();
  child.channel?.unref();

  return {
    embed(method, items) {
      child.channel?.ref();
      const vectors = calls.call(method, [items]);
      const settled: Promise<unknown> = vectors.then(
        () => pending.delete(settled),
        () => pending.delete(settled),
      );
      pending.add(settled);
      return vectors;
    },
    async end() {
      child.ref();
      const timeUp = () => new Error('The pending calls took too long.');
      await withDeadline(DRAIN_MS, timeUp, () => Promise.all(pending)).catch(() => undefined);
      child.kill('SIGKILL');
      await cleanedUp;
    },
  };
}
