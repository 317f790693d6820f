import { Command, CommanderError } from 'commander';
import { EXIT } from './exit-codes.js';
import { isReportableError } from './is-reportable-error.js';
import { LoadFailed } from './lazy-load.js';
import { printable } from './output/printable.js';
import { packageFacts } from './package-root.js';

const URL_TAKEN =
  'ingest, ingests, reprobe, sync, search, models, name, keys, kit and upload ask a server by --url; the other commands are about this machine and its data folder alone.';

const LOCAL_ONLY = `
It is about this machine and its data folder, and takes no --url.`;

const SETTINGS = `
Settings come from environment variables and a .env file; \`probelog config\` lists them.

${URL_TAKEN}`;

const EXIT_STATUS = `
Exit status:
  ${EXIT.ok}    done
  ${EXIT.failed}    understood, but failed; the reason is on standard error
  ${EXIT.usage}    the command line or the configuration is not usable
  ${EXIT.interrupted}  interrupted (Ctrl-C)`;

/** The program, with these commands. */
export function createProgram(commands: readonly Command[]): Command {
  const program = new Command('probelog')
    .description('Find image classifiers by what they recognize.')
    .version(packageFacts().version, '-V, --version', 'print the version')
    .enablePositionalOptions()
    .showHelpAfterError('(probelog --help shows what there is)')
    .addHelpText('after', SETTINGS)
    .addHelpText('afterAll', EXIT_STATUS)
    .exitOverride();
  for (const command of commands) {
    if (!takesUrl(command)) command.addHelpText('after', LOCAL_ONLY);
    program.addCommand(throwing(command));
  }
  return program;
}

/**
 * Runs one command line.
 *
 * @param args arguments without the program's own name
 * @returns the exit status, see {@link EXIT}
 * @throws why a part of the program cannot be loaded
 */
export async function runProgram(program: Command, args: readonly string[]): Promise<number> {
  try {
    await program.parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? EXIT.ok);
  } catch (thrown) {
    if (thrown instanceof LoadFailed) throw thrown.cause;
    return report(thrown);
  }
}

function takesUrl(command: Command): boolean {
  return command.options.some(({ long }) => long === '--url') || command.commands.some(takesUrl);
}

/** A command, and those below it, throw where they would end the process, so that what is open is closed. */
function throwing(command: Command): Command {
  for (const below of command.commands) throwing(below);
  return command.exitOverride();
}

function report(thrown: unknown): number {
  if (thrown instanceof CommanderError) {
    if (thrown.code === 'commander.unknownOption' && thrown.message.includes("'--url'"))
      process.stderr.write(`${URL_TAKEN}\n`);
    return thrown.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
  if (isReportableError(thrown)) {
    const lines = thrown.message.split('\n').map(printable).join('\n');
    process.stderr.write(`${thrown.code}: ${lines}\n`);
    return thrown.code === 'CONFIG_INVALID' || thrown.code === 'INPUT_INVALID' ? EXIT.usage : EXIT.failed;
  }
  process.stderr.write(`${thrown instanceof Error ? thrown.stack : String(thrown)}\n`);
  return EXIT.failed;
}
