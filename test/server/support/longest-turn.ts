import { readFileSync } from 'node:fs';

/** Processor time of the calling thread, in ms. Unlike the time of day, it stands still while other processes run. */
function threadMs(): number {
  const [onCpuNs] = readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ');
  return Number(onCpuNs) / 1e6;
}

/** The longest turn of this thread's event loop while something runs, in ms of processor time. */
export async function longestTurnMs(run: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let isOver = false;
  let before = threadMs();
  const turn = () => {
    const now = threadMs();
    longest = Math.max(longest, now - before);
    before = now;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  try {
    await run();
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    isOver = true;
  }
  return longest;
}
