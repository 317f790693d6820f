import { doctorCommand } from './commands/doctor.js';
import { createProgram, runProgram } from './program.js';

/** Runs a command line that begins with `doctor`, with nothing else of this program loaded. */
export function runDoctor(args: readonly string[]): Promise<number> {
  const allCommands = async () => (await import('./run-cli.js')).loadAll();
  return runProgram(createProgram([doctorCommand()]), args, allCommands);
}
