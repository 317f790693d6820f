const ANSWER_MS = 10_000;

/**
 * Seconds between this clock and that of a web server, by the Date header of any response.
 *
 * @throws Error if there is no response, or none with a date
 */
export async function remoteClock(url: string): Promise<number> {
  const response = await fetch(url, {
    method: 'HEAD',
    redirect: 'manual',
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  const theirs = Date.parse(response.headers.get('date') ?? '');
  if (Number.isNaN(theirs)) throw new Error('its response has no date');
  return Math.abs(theirs - Date.now()) / 1000;
}
