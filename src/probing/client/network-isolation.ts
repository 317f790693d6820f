import { execFile } from 'node:child_process';
import { readlink } from 'node:fs/promises';
import { promisify } from 'node:util';
import { messageOf } from '../../errors/index.js';
import { workerEnvironment } from './worker-environment.js';

/** Whether processes that run models can be kept from every network, and how. */
export type NetworkIsolation =
  | { inForce: true; launcher: Launcher }
  | {
      inForce: false;
      /** Why not, for people. */
      reason: string;
    };

/** A program that starts another one without a network; it takes that one's command line behind its own arguments. */
export interface Launcher {
  program: string;
  args: readonly string[];
}

/**
 * A network of its own has no interface that is up, not even for this machine; making one takes a user namespace, for
 * which no rights are needed where the system allows them at all. unshare becomes the program that it starts, so that one
 * keeps its process id, parent, and channels.
 */
const LAUNCHERS: readonly Launcher[] = [
  { program: 'unshare', args: ['--user', '--map-current-user', '--net', '--'] },
  // Before util-linux 2.35 no other user could be mapped.
  { program: 'unshare', args: ['--user', '--map-root-user', '--net', '--'] },
];

const NAMESPACE = '/proc/self/ns/net';
const LAUNCH_TIMEOUT_MS = 10_000;

/**
 * Finds out by trying. Containers often forbid it, and other systems than Linux do not have it.
 *
 * @param launchers for tests
 */
export async function probeNetworkIsolation(
  launchers: readonly Launcher[] = LAUNCHERS,
): Promise<NetworkIsolation> {
  if (process.platform !== 'linux') return { inForce: false, reason: `${process.platform} has no way to it` };
  let reason = 'there is no way to it';
  try {
    const ownNamespace = await readlink(NAMESPACE);
    for (const launcher of launchers) {
      const childNamespace = await launchedNamespace(launcher).catch((thrown) => {
        reason = messageOf(thrown).trim();
      });
      if (childNamespace && childNamespace !== ownNamespace) return { inForce: true, launcher };
    }
  } catch (thrown) {
    reason = messageOf(thrown);
  }
  return { inForce: false, reason };
}

async function launchedNamespace({ program, args }: Launcher): Promise<string> {
  const script = `process.stdout.write(require('node:fs').readlinkSync(${JSON.stringify(NAMESPACE)}))`;
  const command = [...args, process.execPath, '-e', script];
  const { stdout } = await promisify(execFile)(program, command, {
    env: workerEnvironment(),
    timeout: LAUNCH_TIMEOUT_MS,
  });
  return stdout;
}
