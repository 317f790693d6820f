import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import { clock } from '../../../src/cli/doctor/checks/clock.js';
import { examine } from './examine.js';

let server: Server | undefined;
afterEach(() => {
  vi.useRealTimers();
  server?.close();
  server = undefined;
});

/** A server whose clock is so many seconds ahead of ours. */
async function hubAhead(seconds: number): Promise<Record<string, string>> {
  const made = createServer((_, response) => {
    response.setHeader('date', new Date(Date.now() + 1000 * seconds).toUTCString()).end();
  });
  server = made;
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  return { PROBELOG_HUGGINGFACE_URL: `http://127.0.0.1:${(made.address() as AddressInfo).port}` };
}

it('agrees with that of another machine', async () => {
  expect(await examine(clock, await hubAhead(0), { network: true })).toMatchObject([
    { state: 'ok', says: expect.stringContaining('it agrees with that of 127.0.0.1') },
  ]);
});

it.each([7_200, -7_200])('is off by %d seconds', async (seconds) => {
  const [finding] = await examine(clock, await hubAhead(seconds), { network: true });
  expect(finding).toMatchObject({ state: 'warning', mend: expect.stringContaining('NTP') });
  expect(Number(/it is (\d+) s off/.exec(finding.says)?.[1])).toBeGreaterThan(7_190);
});

it('is compared with no other machine without --network', async () => {
  const settings = await hubAhead(7_200);
  let asked = false;
  server?.on('request', () => {
    asked = true;
  });
  expect(await examine(clock, settings)).toMatchObject([
    { state: 'ok', says: expect.stringContaining('not compared with another clock') },
  ]);
  expect(asked).toBe(false);
});

it('is before this program was written', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2001-01-01') });
  expect(await examine(clock, {})).toMatchObject([
    { state: 'failed', says: expect.stringContaining('2001-01-01'), mend: expect.stringContaining('NTP') },
  ]);
});
