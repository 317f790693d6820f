import { Worker } from 'node:worker_threads';
import { callsToThread, type WorkerCalls } from './worker-calls.js';

/** A thread that starts with its first call, stays, and does not keep the process. When it ends, the next call starts another. */
export class KeptThread<Methods extends { [Name in keyof Methods]: (...args: never[]) => unknown }> {
  private thread: { worker: Worker; calls: WorkerCalls<Methods> } | undefined;

  /** @param entry compiled module that calls `serveThread` */
  constructor(private readonly entry: string) {}

  get calls(): WorkerCalls<Methods> {
    if (!this.thread) {
      const worker = new Worker(this.entry);
      worker.unref();
      worker.once('exit', () => {
        this.thread = undefined;
      });
      this.thread = { worker, calls: callsToThread<Methods>(worker) };
    }
    return this.thread.calls;
  }

  async close(): Promise<void> {
    await this.thread?.worker.terminate();
  }
}
