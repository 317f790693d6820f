import 'reflect-metadata';
import { completionCommand } from './commands/completion.js';
import { configCommand } from './commands/config.js';
import { doctorCommand } from './commands/doctor.js';
import { evalCommand } from './commands/eval.js';
import { ingestCommand } from './commands/ingest.js';
import { ingestsCommand } from './commands/ingests.js';
import { keysCommand } from './commands/keys.js';
import { kitCommand } from './commands/kit.js';
import { modelsCommand } from './commands/models.js';
import { nameCommand } from './commands/name.js';
import { probesCommand } from './commands/probes.js';
import { reprobeCommand } from './commands/reprobe.js';
import { schemaCommand } from './commands/schema.js';
import { searchCommand } from './commands/search.js';
import { serveCommand } from './commands/serve.js';
import { syncCommand } from './commands/sync.js';
import { uploadCommand } from './commands/upload.js';
import { workerCommand } from './commands/worker.js';
import { createProgram, runProgram } from './program.js';

/**
 * Runs one command line.
 *
 * @param args arguments without the program's own name
 * @returns the exit status, see `EXIT`
 */
export function runCli(args: readonly string[]): Promise<number> {
  const program = createProgram([
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
    evalCommand(),
    doctorCommand(),
    configCommand(),
    completionCommand(),
    schemaCommand(),
  ]);
  return runProgram(program, args);
}
