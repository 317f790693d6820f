import { Command, CommanderError } from 'commander';
import { knownError } from '../errors/index.js';
import { EXIT } from './exit-status.js';
import { fileError } from './file-error.js';
import { printable } from './output/table.js';
import { packageFacts } from './package-root.js';
import { isReportableError } from './reportable-error.js';

const LOCAL_ONLY = `
Works on this machine and its data folder only: there is no --url.`;

const SETTINGS = `
Settings come from environment variables and a .env file; \`probelog config\` lists them.`;

const EXIT_STATUS = `
Exit status:
  ${EXIT.ok}    done
  ${EXIT.failed}    failed; the reason is on standard error
  ${EXIT.usage}    the command line or the configuration is invalid
  ${EXIT.interrupted}  interrupted (Ctrl-C)`;

/** Error codes of what the user wrote, for which the exit status is `EXIT.usage`. */
const USAGE_ERRORS = new Set(['CONFIG_INVALID', 'INPUT_INVALID', 'BAD_USER_INPUT']);

/** Our own operations are valid for a server of this release; GraphQL's own message names one field only. */
const OLDER_SERVER =
  'The server does not know this operation: it is older than this command. Upgrade the server, or use the client of its release.';

/** The program with these commands: all of them when the user asks for the help. */
export function createProgram(commands: readonly Command[]): Command {
  const program = new Command('probelog')
    .description('Find image classifiers by what they recognize.')
    .version(packageFacts().version, '-V, --version', 'print the version')
    .enablePositionalOptions()
    .showHelpAfterError('(probelog --help lists commands and options)')
    .addHelpText('after', () => `${SETTINGS}\n\n${urlCommands(commands)}`)
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
 * @param args without the program's name
 * @param allCommands loads the commands that the program was created without, to list those with `--url`
 * @returns the exit status, see {@link EXIT}
 * @throws the reason why a part of the program cannot be loaded
 */
export async function runProgram(
  program: Command,
  args: readonly string[],
  allCommands: () => Promise<readonly Command[]>,
): Promise<number> {
  try {
    await program.parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? EXIT.ok);
  } catch (thrown) {
    if (isLoadFailure(thrown)) throw thrown;
    if (thrown instanceof CommanderError && isUnknownUrl(thrown))
      process.stderr.write(`${urlCommands(await allCommands())}\n`);
    return report(thrown);
  }
}

/** Whether a package or generated code is missing, or a native package does not fit this machine; sharp has no code for it. */
function isLoadFailure(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  return 'code' in thrown
    ? ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND', 'ERR_DLOPEN_FAILED'].includes(String(thrown.code))
    : thrown.message.startsWith('Could not load the "sharp" module');
}

function isUnknownUrl({ code, message }: CommanderError): boolean {
  return code === 'commander.unknownOption' && message.includes("'--url'");
}

/** Says which of all commands ask a server. */
function urlCommands(commands: readonly Command[]): string {
  const names = commands.filter(takesUrl).map((command) => command.name());
  const list = new Intl.ListFormat('en-GB', { type: 'conjunction' }).format(names);
  return `${list} ask a server with --url; the other commands work on this machine and its data folder only.`;
}

function takesUrl(command: Command): boolean {
  return command.options.some(({ long }) => long === '--url') || command.commands.some(takesUrl);
}

/** Makes a command and its subcommands throw instead of ending the process, so that open resources are closed. */
function throwing(command: Command): Command {
  for (const subcommand of command.commands) throwing(subcommand);
  return command.exitOverride();
}

function report(thrown: unknown): number {
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT.ok : EXIT.usage;
  const known = isReportableError(thrown) ? thrown : (fileError(thrown) ?? knownError(thrown));
  if (known) {
    const message = known.code === 'GRAPHQL_VALIDATION_FAILED' ? OLDER_SERVER : known.message;
    const lines = message.split('\n').map(printable).join('\n');
    process.stderr.write(`${known.code}: ${lines}\n`);
    return USAGE_ERRORS.has(known.code) ? EXIT.usage : EXIT.failed;
  }
  process.stderr.write(`${thrown instanceof Error ? thrown.stack : String(thrown)}\n`);
  return EXIT.failed;
}
