#!/usr/bin/env node
/**
 * Makes a fresh clone ready to run: packages, native parts, generated code, build. Runs before `npm start`, `npm test` and the
 * benchmarks, and does only what is out of date. Plain Node, because nothing is installed yet.
 */
import { buildStep } from './setup/build.mjs';
import { faissStep } from './setup/faiss.mjs';
import { generateStep } from './setup/generate.mjs';
import { withLock } from './setup/lock.mjs';
import { checkNode } from './setup/node-version.mjs';
import { packagesStep } from './setup/packages.mjs';
import { uiStep } from './setup/ui.mjs';

const HELP = `usage: node scripts/setup.mjs [--check]

Makes a fresh clone ready to run. Does only what is out of date.

  --check   list what is out of date and change nothing; exit status 1 if anything is
  --help    print this`;

const steps = [packagesStep, faissStep, generateStep, buildStep, uiStep];
const args = process.argv.slice(2);
const unknown = args.find((arg) => arg !== '--check' && arg !== '--help');

if (unknown !== undefined) {
  console.error(`unknown option ${unknown}\n${HELP}`);
  process.exitCode = 2;
} else if (args.includes('--help')) {
  console.log(HELP);
} else {
  checkNode();
  if (args.includes('--check')) {
    for (const step of steps) {
      const due = step.isDue();
      if (due) process.exitCode = 1;
      console.log(`${due ? 'due ' : 'done'}  ${step.title}`);
    }
  } else {
    await withLock(runSteps);
  }
}

async function runSteps() {
  for (const step of steps) {
    if (!step.isDue()) continue;
    console.error(`setup: ${step.title} …`);
    const started = Date.now();
    try {
      step.run();
    } catch (error) {
      console.error(`setup: ${step.title} failed. ${error.message}`);
      process.exitCode = 1;
      return;
    }
    console.error(`setup: ${step.title}: ${((Date.now() - started) / 1000).toFixed(1)} s`);
  }
}
