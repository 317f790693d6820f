#!/usr/bin/env node
import 'reflect-metadata';
import { runCli } from './run-cli.js';

// A reader that has seen enough, such as `head`, is no fault.
process.stdout.on('error', (thrown: NodeJS.ErrnoException) => {
  if (thrown.code !== 'EPIPE') throw thrown;
});

process.exitCode = await runCli(process.argv.slice(2));
