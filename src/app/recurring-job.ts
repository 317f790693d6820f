/** A job that runs again and again until it is closed. */
export interface RecurringJob {
  /** Ends the schedule and waits for a run in progress. */
  close(): Promise<void>;
}

/**
 * Runs a job now, and then at every interval; never twice at a time. The schedule does not keep the process alive.
 *
 * @param run must handle its own errors
 */
export function startRecurringJob(everyMs: number, run: () => Promise<void>): RecurringJob {
  let isClosed = false;
  let last = run();
  const timer = setInterval(() => {
    last = last.then(() => (isClosed ? undefined : run()));
  }, everyMs).unref();
  return {
    async close() {
      isClosed = true;
      clearInterval(timer);
      await last;
    },
  };
}
