import { Worker } from 'node:worker_threads';
import type { CompletedDescriptors, Matrix } from '../../../domain/index.js';
import { compiledEntry } from '../../../lib/compiled-entry.js';
import { SerialQueue } from '../../../lib/serial-queue.js';
import { callsToThread, type WorkerCalls } from '../../../lib/worker-calls.js';

/** How long an idle thread is kept: models come in bursts. */
const IDLE_MS = 60_000;
/** Heap for its objects. Numbers lie outside the heap: those of one prior and one model. */
const HEAP_MIB = 256;

/**
 * `completeDescriptors` off the thread that answers queries: a model of a thousand outputs takes up to a second.
 *
 * One thread serves one model after another. It starts with the first model and keeps the decoded prior, which costs more
 * than completing a small model; an idle thread ends. A thread that dies fails only the request it was working on.
 */
export class CompletionThread {
  private thread: { worker: Worker; calls: WorkerCalls<CompletionCalls> } | null = null;
  private readonly queue = new SerialQueue();
  private queued = 0;
  private idle: NodeJS.Timeout | undefined;
  private isClosed = false;

  constructor(private readonly idleMs = IDLE_MS) {}

  /**
   * @param responses transferred to the thread: do not use its data afterwards
   * @param prior null: probes that were not run count as the mean
   * @throws Error when the prior cannot be read, the thread dies, or it is closed
   */
  complete(responses: Matrix, prior: PriorFile | null): Promise<CompletedDescriptors> {
    this.queued++;
    return this.queue.run(() => this.send(responses, prior).finally(() => this.scheduleShutdown()));
  }

  /** Ends the thread. The current request fails, and so do later ones. */
  close(): void {
    this.isClosed = true;
    this.end(new Error('The completion thread was closed.'));
  }

  private async send(responses: Matrix, prior: PriorFile | null): Promise<CompletedDescriptors> {
    if (this.isClosed) throw new Error('The completion thread was closed.');
    clearTimeout(this.idle);
    this.thread ??= this.start();
    this.thread.worker.ref();
    const transfer = [responses.data.buffer as ArrayBuffer];
    return this.thread.calls.call('complete', [responses, prior], { transfer });
  }

  private start() {
    const worker = new Worker(compiledEntry(import.meta.url, './main.js'), {
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB },
    });
    const calls = callsToThread<CompletionCalls>(worker);
    const forget = () => {
      if (this.thread?.worker === worker) this.thread = null;
    };
    worker.on('error', forget);
    worker.on('exit', forget);
    return { worker, calls };
  }

  /** After each request: an idle thread does not keep the process alive, and ends after a while. */
  private scheduleShutdown(): void {
    this.queued--;
    if (this.queued > 0) return;
    this.thread?.worker.unref();
    this.idle = setTimeout(() => this.end(new Error('The completion thread was idle.')), this.idleMs).unref();
  }

  private end(reason: Error): void {
    clearTimeout(this.idle);
    const { thread } = this;
    this.thread = null;
    thread?.calls.failAll(reason);
    void thread?.worker.terminate();
  }
}

/** A `ResponsePrior` on disk. */
export interface PriorFile {
  path: string;
  /** Identifies the content. */
  version: string;
}

/** The method of the completing thread. */
export interface CompletionCalls {
  /** See `completeDescriptors`. */
  complete(responses: Matrix, prior: PriorFile | null): CompletedDescriptors;
}
