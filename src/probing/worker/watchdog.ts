import { Worker } from 'node:worker_threads';

/** How often it looks. */
const CHECK_INTERVAL_MS = 500;

/**
 * Starts a thread that ends this process when its parent is gone or it takes too much memory.
 *
 * While ONNX Runtime runs, this process hears nothing on its main thread: a model in an endless loop would outlive a
 * killed parent. The parent watches the memory too, where the system lets it.
 */
export function startWatchdog(memoryBytes: number): void {
  const code = `
    const parent = ${process.ppid};
    setInterval(() => {
      if (process.ppid !== parent || process.memoryUsage.rss() > ${memoryBytes}) process.kill(process.pid, 'SIGKILL');
    }, ${CHECK_INTERVAL_MS});
  `;
  const worker = new Worker(code, { eval: true, execArgv: [], stdin: false });
  worker.unref();
}
