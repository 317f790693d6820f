const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Fires at the first SIGINT or SIGTERM; a second one ends the process at once, as impatient people expect. */
export function endSignal(): AbortSignal {
  const controller = new AbortController();
  const end = () => {
    for (const signal of SIGNALS) process.off(signal, end);
    controller.abort();
  };
  for (const signal of SIGNALS) process.on(signal, end);
  return controller.signal;
}

/** Resolves when the signal fires. */
export function fired(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (signal.aborted) resolve();
  });
}
