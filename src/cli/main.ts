#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';
import { isNodeTooOld, reportOldNode } from './old-node.js';

// `head` closes the pipe early; that is no error. Other errors, such as a full disk, lose output.
process.stdout.on('error', (thrown: NodeJS.ErrnoException) => {
  if (thrown.code === 'EPIPE') return;
  process.stderr.write(`FILE_UNUSABLE: Standard output cannot be written: ${thrown.message}.\n`);
  process.exit(1);
});
// There is no other place to say that this one cannot be written.
process.stderr.on('error', () => undefined);

const args = process.argv.slice(2);
/** Commands for which optimized JavaScript pays. */
const LONG_RUNNING = ['serve', 'worker'];
if (isNodeTooOld()) {
  reportOldNode(args);
  process.exitCode = 1;
} else await run();

async function run(): Promise<void> {
  // The embedded PostgreSQL is WebAssembly, and V8 recompiles warm code: a fifth of the work of a command that runs for a
  // second. A server reaches the budgets soon enough. Ten and twenty times the defaults of Node 20's V8.
  setFlagsFromString('--wasm-tiering-budget=18000000');
  if (!LONG_RUNNING.includes(args[0])) setFlagsFromString('--interrupt-budget=1320000');
  // Of its 25,000 functions, a command calls a few thousand.
  setFlagsFromString('--wasm-lazy-validation');
  (await import('../lib/production-mode.js')).preferProductionMode();
  try {
    // Without one of the packages no other command starts, and `doctor` has to say why.
    process.exitCode = await (args[0] === 'doctor'
      ? (await import('./run-doctor.js')).runDoctor(args)
      : (await import('./run-cli.js')).runCli(args));
  } catch (thrown) {
    const [reason] = (thrown instanceof Error ? thrown.message : String(thrown)).split('\n');
    process.stderr.write(
      `probelog cannot be loaded: ${reason}\nRun \`probelog doctor\` for details. In a clone, run \`node scripts/setup.mjs\`.\n`,
    );
    process.exitCode = 1;
  }
}
