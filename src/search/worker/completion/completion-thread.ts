import { Worker } from 'node:worker_threads';
import type { CompletedDescriptors, Matrix } from '../../../domain/index.js';
import { compiledEntry } from '../../../lib/compiled-entry.js';

/** An idle thread lives this long, because models come in bursts. */
const IDLE_MS = 60_000;
/** Limit on JavaScript objects. Typed arrays lie outside the heap: one prior and one model. */
const HEAP_MIB = 256;

interface PendingCompletion {
  resolve(completed: CompletedDescriptors): void;
  reject(reason: unknown): void;
}

/**
 * Runs `completeDescriptors` outside the search thread, since a model of a thousand outputs takes up to a second.
 *
 * One thread completes models one after another. It starts with the first model and keeps the decoded prior, because
 * decoding costs more than completing a small model. It ends when it is idle. If it dies, only its current model fails.
 */
export class CompletionThread {
  private worker: Worker | null = null;
  private pending: PendingCompletion | null = null;
  private last: Promise<unknown> = Promise.resolve();
  private queued = 0;
  private idle: NodeJS.Timeout | undefined;
  private isClosed = false;

  constructor(private readonly idleMs = IDLE_MS) {}

  /**
   * @param responses transferred to the thread and unusable afterwards
   * @param prior null: probes that were not run count as the mean
   * @throws Error when the prior cannot be read, the thread dies or is closed
   */
  complete(responses: Matrix, prior: PriorFile | null): Promise<CompletedDescriptors> {
    this.queued++;
    const completed = this.last
      .then(() => this.send({ responses, prior }))
      .finally(() => this.scheduleShutdown());
    this.last = completed.catch(() => undefined);
    return completed;
  }

  /** Ends the thread. The current and all later calls fail. */
  close(): void {
    this.isClosed = true;
    this.end(new Error('The completion thread was closed.'));
  }

  private send(task: CompletionTask): Promise<CompletedDescriptors> {
    if (this.isClosed) throw new Error('The completion thread was closed.');
    clearTimeout(this.idle);
    this.worker ??= this.start();
    this.worker.ref();
    const { worker } = this;
    return new Promise((resolve, reject) => {
      this.pending = { resolve, reject };
      worker.postMessage(task, [task.responses.data.buffer as ArrayBuffer]);
    });
  }

  private start(): Worker {
    const worker = new Worker(compiledEntry(import.meta.url, './main.js'), {
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB },
    });
    const fail = (reason: unknown) => {
      if (this.worker !== worker) return;
      this.worker = null;
      this.pending?.reject(reason);
    };
    worker.on('message', (completed: CompletedDescriptors) => this.pending?.resolve(completed));
    worker.on('error', fail);
    worker.on('exit', (code) => fail(new Error(`The completion thread ended with code ${code}.`)));
    return worker;
  }

  /** After the last call, lets the process exit and ends the thread after a while. */
  private scheduleShutdown(): void {
    this.pending = null;
    this.queued--;
    if (this.queued > 0) return;
    this.worker?.unref();
    this.idle = setTimeout(() => this.end(new Error('The completion thread was idle.')), this.idleMs).unref();
  }

  private end(reason: Error): void {
    clearTimeout(this.idle);
    const { worker } = this;
    this.worker = null;
    this.pending?.reject(reason);
    void worker?.terminate();
  }
}

/** A `ResponsePrior` on disk. */
export interface PriorFile {
  path: string;
  /** Identifies the content. */
  version: string;
}

/** A message to the completion thread, which replies with `CompletedDescriptors`. */
export interface CompletionTask {
  /** See `completeDescriptors`. */
  responses: Matrix;
  prior: PriorFile | null;
}
