import { signatureExpired } from './refusals.js';

const WINDOW_SECONDS = 300;

/**
 * Checks that a signed timestamp lies within five minutes of now, either way.
 *
 * Threat model: a recorded delivery stays genuine for ever. Within the window the delivery's id stops a repetition, and
 * behind it the time does, so that ids need not be kept for ever.
 *
 * @param seconds unix time
 * @throws ProbelogError SIGNATURE_EXPIRED
 */
export function checkTimestamp(seconds: number, now: Date): void {
  const age = Math.floor(now.getTime() / 1000) - seconds;
  if (Math.abs(age) <= WINDOW_SECONDS) return;
  const away = age > 0 ? `${age} s old` : `${-age} s ahead of this server's clock`;
  throw signatureExpired(`its timestamp is ${away}, and ${WINDOW_SECONDS} s are allowed`);
}
