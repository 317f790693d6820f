import { ProbelogError } from '../../errors/index.js';
import { readPeakMemory } from '../../lib/peak-memory.js';
import type { ProbeLimits } from '../protocol.js';
import type { ModelProcess } from './model-process.js';

/** How often a model's process is checked. */
const CHECK_INTERVAL_MS = 100;

/** Enforces the limits on a model's process, see {@link enforceLimits}. */
export interface LimitGuard {
  /** A message of the worker is being handled; the stall limit does not apply. */
  busy(): void;
  /** Waiting for the worker; the stall limit starts again. */
  waiting(): void;
  stop(): void;
}

/** Kills a model's process when it exceeds its limits on memory, silence or total time. */
export function enforceLimits(worker: Pick<ModelProcess, 'pid' | 'kill'>, limits: ProbeLimits): LimitGuard {
  const started = performance.now();
  let lastSign = started;
  let isBusy = false;
  const timer = setInterval(() => {
    const now = performance.now();
    const memory = worker.pid === undefined ? null : readPeakMemory(worker.pid);
    if (memory !== null && memory > limits.memoryBytes) worker.kill(tooMuchMemory(limits.memoryBytes));
    else if (!isBusy && now - lastSign > limits.stallMs)
      worker.kill(tooSlow(`did not finish a batch within ${limits.stallMs / 1000} s`));
    else if (limits.totalMs !== undefined && now - started > limits.totalMs)
      worker.kill(tooSlow(`took more than ${limits.totalMs / 1000} s`));
  }, CHECK_INTERVAL_MS);
  timer.unref();
  return {
    busy() {
      isBusy = true;
    },
    waiting() {
      isBusy = false;
      lastSign = performance.now();
    },
    stop: () => clearInterval(timer),
  };
}

function tooMuchMemory(limit: number): ProbelogError {
  return new ProbelogError(
    'INFERENCE_MEMORY',
    `The model needed more than ${Math.round(limit / 2 ** 20)} MiB of memory, the limit for one model. Raise PROBELOG_MODEL_MEMORY.`,
    { limit },
  );
}

function tooSlow(what: string): ProbelogError {
  return new ProbelogError('INFERENCE_TIMEOUT', `The model ${what}.`);
}
