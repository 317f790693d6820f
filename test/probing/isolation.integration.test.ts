import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile, readlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { forkOptions } from '../../src/probing/client/model-process.js';
import { type NetworkIsolation, type ProbeFile, probeNetworkIsolation } from '../../src/probing/index.js';
import { requires } from '../fixtures/requires.js';
import { childrenOf } from './support/children.js';
import { meanColor } from './support/made-models.js';
import { expectRows, plainProbes, runModel } from './support/run-model.js';

let isolation: NetworkIsolation;
let probes: ProbeFile[];
beforeAll(async () => {
  isolation = await probeNetworkIsolation();
  probes = await plainProbes();
});

/** Whether the system lets this user make a network namespace, asked in another way than the code does. */
function systemAllows(): boolean {
  try {
    execFileSync('unshare', ['--user', '--map-root-user', '--net', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Starts a script as models are started. @returns what it tells */
async function told(script: string, args: string[], by: NetworkIsolation | null): Promise<string> {
  const path = fileURLToPath(new URL(`./support/${script}`, import.meta.url));
  const [how] = await once(fork(path, args, forkOptions(by)), 'message');
  return how as string;
}

const reach = (port: number, by: NetworkIsolation | null) => told('connect.mjs', [String(port)], by);

describe.runIf(requires('linux'))('our environment', () => {
  it('can be read by a model through /proc exactly where no namespace keeps it from that', async () => {
    expect(await told('read-parent.mjs', [], isolation)).toBe(isolation.inForce ? 'EACCES' : 'read');
  });
});

describe('the network of a model', () => {
  it('is taken away where the system allows it', () => {
    expect(isolation.inForce).toBe(systemAllows());
  });

  it('does not even reach this machine when it is', async () => {
    let connections = 0;
    const server = createServer((socket) => {
      connections++;
      socket.destroy();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    expect(await reach(port, null)).toBe('connected');
    const how = await reach(port, isolation);
    await new Promise((resolve) => server.close(resolve));
    expect([how === 'connected', connections]).toEqual(isolation.inForce ? [false, 1] : [true, 2]);
  });

  it.runIf(requires('linux'))(
    'is another one than ours while the model runs, and its answers are the same',
    async () => {
      const namespaces: string[] = [];
      const { rows } = await runModel(meanColor(), probes, {
        isolation,
        async onInspected() {
          for (const child of childrenOf(process.pid))
            namespaces.push(await readlink(`/proc/${child}/ns/net`));
        },
      });
      const ours = await readlink('/proc/self/ns/net');
      expect(namespaces).toHaveLength(1);
      expect(namespaces[0] === ours).toBe(!isolation.inForce);
      expectRows(rows, (await runModel(meanColor(), probes)).rows);
    },
  );

  it('is ours, with the reason, where the system does not allow it', async () => {
    const refusing = { program: process.execPath, args: ['-e', 'process.exit(1)', '--'] };
    const absent = { program: 'no-such-program', args: [] };
    for (const launcher of [refusing, absent]) {
      const found = await probeNetworkIsolation([launcher]);
      expect(found).toEqual({ inForce: false, reason: expect.stringMatching(/./) });
      expect(forkOptions(found)).toEqual({ execArgv: [] });
    }
  });

  it('is not taken for another one when a launcher only claims it', async () => {
    const idle = { program: '/usr/bin/env', args: [] };
    expect((await probeNetworkIsolation([idle])).inForce).toBe(false);
  });
});

describe('the environment of a model', () => {
  it.runIf(requires('linux'))('holds what it needs to run, and nothing else of ours', async () => {
    process.env.PROBELOG_TEST_SECRET = 'hush';
    let environment = '';
    await runModel(meanColor(), probes, {
      isolation,
      async onInspected() {
        for (const child of childrenOf(process.pid))
          environment += await readFile(`/proc/${child}/environ`, 'latin1');
      },
    });
    delete process.env.PROBELOG_TEST_SECRET;
    const names = environment
      .split('\0')
      .filter((entry) => entry !== '')
      .map((entry) => entry.slice(0, entry.indexOf('=')));
    const allowed = ['PATH', 'LD_LIBRARY_PATH', 'UV_THREADPOOL_SIZE', 'ORT_DISABLE_TELEMETRY'];
    expect(names).toContain('PATH');
    // Node's own, for the channel between the two.
    expect(names.filter((name) => !allowed.includes(name) && !name.startsWith('NODE_CHANNEL_'))).toEqual([]);
  });
});
