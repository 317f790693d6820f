import { Worker } from 'node:worker_threads';
import type { CompletedDescriptors, Matrix } from '../../../domain/index.js';
import { compiledEntry } from '../../../lib/compiled-entry.js';

/** How long a thread without work is kept: models come in bursts. */
const IDLE_MS = 60_000;
/** Of its objects; numbers lie outside, and are those of one prior and one model. */
const HEAP_MIB = 256;

interface PendingCompletion {
  resolve(completed: CompletedDescriptors): void;
  reject(reason: unknown): void;
}

/**
 * `completeDescriptors` off the thread that answers questions: a model of a thousand outputs takes up to a second.
 *
 * One thread serves one model after another. It starts with the first and holds the decoded prior, which cost more than
 * completing a small model does; without work it ends after a while. A thread that dies takes only the request with it
 * that it was at.
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
   * @param responses handed over: its numbers are gone here afterwards
   * @param prior null: what was not run counts as the mean
   * @throws Error when the prior cannot be read, the thread dies over it, or it is closed
   */
  complete(responses: Matrix, prior: PriorFile | null): Promise<CompletedDescriptors> {
    this.queued++;
    const completed = this.last
      .then(() => this.send({ responses, prior }))
      .finally(() => this.scheduleShutdown());
    this.last = completed.catch(() => undefined);
    return completed;
  }

  /** Ends the thread; what it was at, and whatever is asked of it later, fails. */
  close(): void {
    this.isClosed = true;
    this.end(new Error('The completing thread was closed.'));
  }

  private send(task: CompletionTask): Promise<CompletedDescriptors> {
    if (this.isClosed) throw new Error('The completing thread was closed.');
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
    worker.on('exit', (code) => fail(new Error(`The completing thread ended with code ${code}.`)));
    return worker;
  }

  /** After each request: without another one the thread keeps no process alive, and has a while left. */
  private scheduleShutdown(): void {
    this.pending = null;
    this.queued--;
    if (this.queued > 0) return;
    this.worker?.unref();
    this.idle = setTimeout(
      () => this.end(new Error('The completing thread had no work.')),
      this.idleMs,
    ).unref();
  }

  private end(reason: Error): void {
    clearTimeout(this.idle);
    const { worker } = this;
    this.worker = null;
    this.pending?.reject(reason);
    void worker?.terminate();
  }
}

/** A `ResponsePrior` on the disk. */
export interface PriorFile {
  path: string;
  /** The same for the same content. */
  version: string;
}

/** What the completing thread is sent; it answers with the `CompletedDescriptors`. */
export interface CompletionTask {
  /** See `completeDescriptors`. */
  responses: Matrix;
  prior: PriorFile | null;
}
