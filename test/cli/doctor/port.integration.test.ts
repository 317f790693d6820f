import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { port } from '../../../src/cli/doctor/checks/port.js';
import { openDemoService } from '../../fixtures/demo-service.js';
import { examine } from './examine.js';

it('a port that another program has', async () => {
  const other = createServer((socket) => socket.destroy());
  await once(other.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void other.close());
  const taken = (other.address() as AddressInfo).port;
  expect(await examine(port, { PORT: String(taken) })).toEqual([
    {
      state: 'failed',
      says: `${taken} on 127.0.0.1 is in use by another program`,
      mend: expect.stringContaining('set PORT'),
    },
  ]);
});

it('a port on which a ProbeLog answers is well', async () => {
  const demo = await openDemoService({}, false);
  onTestFinished(() => demo.close());
  const { port: taken } = new URL(demo.server.url);
  expect(await examine(port, { PORT: taken })).toMatchObject([{ state: 'ok' }]);
});

it('an address that this machine does not have', async () => {
  // Set aside for documentation: no machine has it.
  expect(await examine(port, { HOST: '192.0.2.1', PORT: '0' })).toMatchObject([
    { state: 'failed', says: '192.0.2.1 is not an address of this machine' },
  ]);
});
