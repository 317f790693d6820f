import { Command, CommanderError } from 'commander';
import { ProbelogError } from '../errors/index.js';
import { backupCommand } from './commands/backup.js';
import { configCommand } from './commands/config.js';
import { evalCommand } from './commands/eval.js';
import { exportCommand } from './commands/export.js';
import { ingestCommand } from './commands/ingest.js';
import { ingestsCommand } from './commands/ingests.js';
import { keysCommand } from './commands/keys.js';
import { kitCommand } from './commands/kit.js';
import { modelsCommand } from './commands/models.js';
import { nameCommand } from './commands/name.js';
import { probesCommand } from './commands/probes.js';
import { reprobeCommand } from './commands/reprobe.js';
import { restoreCommand } from './commands/restore.js';
import { schemaCommand } from './commands/schema.js';
import { searchCommand } from './commands/search.js';
import { serveCommand } from './commands/serve.js';
import { syncCommand } from './commands/sync.js';
import { uploadCommand } from './commands/upload.js';
import { workerCommand } from './commands/worker.js';
import { EXIT } from './exit-codes.js';
import { packageVersion } from './package-version.js';

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
  const commands = [
    serveCommand(),
    workerCommand(),
    ingestCommand(),
    ingestsCommand(),
    reprobeCommand(),
    syncCommand(),
    searchCommand(),
    modelsCommand(),
    nameCommand(),
    probesCommand(),
    keysCommand(),
    kitCommand(),
    uploadCommand(),
    exportCommand(),
    backupCommand(),
    restoreCommand(),
    evalCommand(),
    configCommand(),
    schemaCommand(),
  ];
  for (const command of commands) program.addCommand(command.exitOverride());
  try {
    await program.parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? EXIT.ok);
  } catch (thrown) {
    return report(thrown);
  }
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
