const ANSWER_MS = 10_000;

/**
 * How many seconds this clock is off that of a web server, by the Date of its answer; whatever it answers will do.
 *
 * @throws Error when there is no answer, or none with a date
 */
export async function remoteClock(url: string): Promise<number> {
  const response = await fetch(url, {
    method: 'HEAD',
    redirect: 'manual',
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  const theirs = Date.parse(response.headers.get('date') ?? '');
  if (Number.isNaN(theirs)) throw new Error('its answer has no date');
  return Math.abs(theirs - Date.now()) / 1000;
}
