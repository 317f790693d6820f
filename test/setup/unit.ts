import childProcess from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import workerThreads from 'node:worker_threads';

/** A unit test needs no process, thread, socket or database; one that does is an integration test. */
function refuse(use: string): () => never {
  return function refused() {
    throw new Error(`A unit test must not ${use}. Name the file *.integration.test.ts.`);
  };
}

const PROCESSES = ['exec', 'execFile', 'execFileSync', 'execSync', 'fork', 'spawn', 'spawnSync'] as const;
for (const name of PROCESSES) Object.assign(childProcess, { [name]: refuse(`start a process (${name})`) });
Object.assign(workerThreads, { Worker: refuse('start a thread') });
Object.assign(net.Server.prototype, { listen: refuse('listen on a socket') });
Object.assign(net.Socket.prototype, { connect: refuse('open a connection') });
syncBuiltinESMExports();
