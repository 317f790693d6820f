import { execFile } from 'node:child_process';
import { readlink } from 'node:fs/promises';
import { promisify } from 'node:util';
import { messageOf } from '../../errors/index.js';
import { workerEnvironment } from './worker-environment.js';

/** Whether models' processes can be isolated from all networks, and how. */
export type NetworkIsolation =
  | { inForce: true; launcher: Launcher }
  | {
      inForce: false;
      /** Why not, as text. */
      reason: string;
    };

/** A program that starts a command without a network. The command line follows its own arguments. */
export interface Launcher {
  program: string;
  args: readonly string[];
}

/**
 * A new network namespace has no active interface, not even loopback. It needs a user namespace, which requires no
 * privileges where the system allows them. unshare replaces itself with the command, so process id, parent and channels
 * stay the same.
 */
const LAUNCHERS: readonly Launcher[] = [
  { program: 'unshare', args: ['--user', '--map-current-user', '--net', '--'] },
  // util-linux before 2.35 can only map root.
  { program: 'unshare', args: ['--user', '--map-root-user', '--net', '--'] },
];

const NAMESPACE = '/proc/self/ns/net';
const LAUNCH_TIMEOUT_MS = 10_000;

/**
 * Tries to isolate a process. Containers often forbid it, and only Linux supports it.
 *
 * @param launchers for tests
 */
export async function probeNetworkIsolation(
  launchers: readonly Launcher[] = LAUNCHERS,
): Promise<NetworkIsolation> {
  if (process.platform !== 'linux')
    return { inForce: false, reason: `${process.platform} does not support network namespaces` };
  let reason = 'no launcher is available';
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
