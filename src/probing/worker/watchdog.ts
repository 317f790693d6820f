import { Worker } from 'node:worker_threads';

/** How often the watchdog checks. */
const CHECK_INTERVAL_MS = 500;

/**
 * Starts a thread that kills this process when its parent has ended or it uses too much memory.
 *
 * While ONNX Runtime runs, the main thread is blocked, so a model in an endless loop would outlive a killed parent. The
 * parent also checks the memory, where the system reports it.
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
