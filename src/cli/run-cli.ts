import { Command, CommanderError } from 'commander';
import { ProbelogError } from '../errors/index.js';
import { EXIT } from './exit-codes.js';
import { packageVersion } from './package-version.js';

/** In the order of the help. Each is loaded when it is asked for: most take longer to load than to refuse a flag. */
const COMMANDS = new Map<string, () => Promise<Command>>([
  ['serve', async () => (await import('./commands/serve.js')).serveCommand()],
  ['worker', async () => (await import('./commands/worker.js')).workerCommand()],
  ['ingest', async () => (await import('./commands/ingest.js')).ingestCommand()],
  ['ingests', async () => (await import('./commands/ingests.js')).ingestsCommand()],
  ['reprobe', async () => (await import('./commands/reprobe.js')).reprobeCommand()],
  ['sync', async () => (await import('./commands/sync.js')).syncCommand()],
  ['search', async () => (await import('./commands/search.js')).searchCommand()],
  ['models', async () => (await import('./commands/models.js')).modelsCommand()],
  ['name', async () => (await import('./commands/name.js')).nameCommand()],
  ['probes', async () => (await import('./commands/probes.js')).probesCommand()],
  ['keys', async () => (await import('./commands/keys.js')).keysCommand()],
  ['kit', async () => (await import('./commands/kit.js')).kitCommand()],
  ['upload', async () => (await import('./commands/upload.js')).uploadCommand()],
  ['export', async () => (await import('./commands/export.js')).exportCommand()],
  ['backup', async () => (await import('./commands/backup.js')).backupCommand()],
  ['restore', async () => (await import('./commands/restore.js')).restoreCommand()],
  ['eval', async () => (await import('./commands/eval.js')).evalCommand()],
  ['config', async () => (await import('./commands/config.js')).configCommand()],
  ['schema', async () => (await import('./commands/schema.js')).schemaCommand()],
]);

const HELP_AFTER = `
Settings come from environment variables and a .env file; \`probelog config\` lists them.

Exit status:
  ${EXIT.ok}    done
  ${EXIT.failed}    understood, but failed; the reason is on standard error
  ${EXIT.usage}    the command line or the configuration is not usable
  ${EXIT.interrupted}  interrupted (Ctrl-C)`;

/**
 * Runs one command line.
 *
 * @param args arguments without the program's own name
 * @returns the exit status, see {@link EXIT}
 */
export async function runCli(args: string[]): Promise<number> {
  const program = new Command('probelog')
    .description('Find image classifiers by what they recognise.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .enablePositionalOptions()
    .showHelpAfterError('(probelog --help shows what there is)')
    .addHelpText('after', HELP_AFTER)
    .exitOverride();
  for (const command of await commandsFor(args)) program.addCommand(command.exitOverride());
  try {
    await program.parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? EXIT.ok);
  } catch (thrown) {
    return report(thrown);
  }
}

/** The one that is named first, or all of them: for the help, and to say which one comes near to a misspelt one. */
function commandsFor([name]: string[]): Promise<Command[]> {
  const named = COMMANDS.get(name);
  return Promise.all((named ? [named] : [...COMMANDS.values()]).map((load) => load()));
}

function report(thrown: unknown): number {
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (thrown instanceof ProbelogError) {
    process.stderr.write(`${thrown.code}: ${thrown.message}\n`);
    return thrown.code === 'CONFIG_INVALID' || thrown.code === 'INPUT_INVALID' ? EXIT.usage : EXIT.failed;
  }
  process.stderr.write(`${thrown instanceof Error ? thrown.stack : String(thrown)}\n`);
  return EXIT.failed;
}
