#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';

// The embedded PostgreSQL is WebAssembly, of which V8 compiles a second time what has run a little while. That is a fifth of
// the work of a command that lives for a second; a server gets there all the same. Ten times the default of Node 20's V8.
setFlagsFromString('--wasm-tiering-budget=18000000');

// A reader that has seen enough, such as `head`, is no fault.
process.stdout.on('error', (thrown: NodeJS.ErrnoException) => {
  if (thrown.code !== 'EPIPE') throw thrown;
});

const args = process.argv.slice(2);
try {
  // Where a package cannot be loaded no other command can start, and this one is to say why.
  process.exitCode = await (args[0] === 'doctor'
    ? (await import('./run-doctor.js')).runDoctor(args)
    : (await import('./run-cli.js')).runCli(args));
} catch (thrown) {
  const [reason] = (thrown instanceof Error ? thrown.message : String(thrown)).split('\n');
  process.stderr.write(
    `probelog cannot be loaded: ${reason}\n\`probelog doctor\` says more; in a clone, \`node scripts/setup.mjs\` makes what is missing.\n`,
  );
  process.exitCode = 1;
}
