import type { Command } from 'commander';
import { createProgram, runProgram } from './program.js';

/** In the order of the help. */
const COMMANDS = new Map<string, () => Promise<Command>>([
  ['serve', async () => (await import('./commands/serve.js')).serveCommand()],
  ['worker', async () => (await import('./commands/worker.js')).workerCommand()],
  ['ingest', async () => (await import('./commands/ingest.js')).ingestCommand()],
  ['ingests', async () => (await import('./commands/ingests.js')).ingestsCommand()],
  ['cancel', async () => (await import('./commands/cancel.js')).cancelCommand()],
  ['runners', async () => (await import('./commands/runners.js')).runnersCommand()],
  ['reprobe', async () => (await import('./commands/reprobe.js')).reprobeCommand()],
  ['sync', async () => (await import('./commands/sync.js')).syncCommand()],
  ['search', async () => (await import('./commands/search.js')).searchCommand()],
  ['models', async () => (await import('./commands/models.js')).modelsCommand()],
  ['rm', async () => (await import('./commands/rm.js')).rmCommand()],
  ['labels', async () => (await import('./commands/labels.js')).labelsCommand()],
  ['evidence', async () => (await import('./commands/evidence.js')).evidenceCommand()],
  ['name', async () => (await import('./commands/name.js')).nameCommand()],
  ['probes', async () => (await import('./commands/probes.js')).probesCommand()],
  ['keys', async () => (await import('./commands/keys.js')).keysCommand()],
  ['kit', async () => (await import('./commands/kit.js')).kitCommand()],
  ['upload', async () => (await import('./commands/upload.js')).uploadCommand()],
  ['export', async () => (await import('./commands/export.js')).exportCommand()],
  ['backup', async () => (await import('./commands/backup.js')).backupCommand()],
  ['restore', async () => (await import('./commands/restore.js')).restoreCommand()],
  ['eval', async () => (await import('./commands/eval.js')).evalCommand()],
  ['encoder', async () => (await import('./commands/encoder.js')).encoderCommand()],
  ['doctor', async () => (await import('./commands/doctor.js')).doctorCommand()],
  ['config', async () => (await import('./commands/config.js')).configCommand()],
  ['completion', async () => (await import('./commands/completion.js')).completionCommand()],
  ['schema', async () => (await import('./commands/schema.js')).schemaCommand()],
]);
/** Prints what a shell should know of all commands. */
const NEEDS_ALL = 'completion';
/** Prints the version, which no command knows. */
const NEEDS_NONE = ['-V', '--version'];

/**
 * Runs one command line. `--help` loads all commands, so they import what is slow to load in their
 * actions. Commands write to the streams of the process, and set its exit status but do not end it.
 *
 * @param args without the program's name
 * @returns the exit status, see `EXIT`
 * @throws the reason why a part of the program cannot be loaded
 */
export async function runCli(args: readonly string[]): Promise<number> {
  return runProgram(createProgram(await commandsFor(args)), args, loadAll);
}

/** The command that is named first; all of them for the help, and to suggest the nearest to a misspelled one. */
async function commandsFor([name]: readonly string[]): Promise<Command[]> {
  if (NEEDS_NONE.includes(name)) return [];
  const named = name === NEEDS_ALL ? undefined : COMMANDS.get(name);
  return named ? Promise.all([named()]) : loadAll();
}

/** Every command, in the order of the help. */
export function loadAll(): Promise<Command[]> {
  return Promise.all([...COMMANDS.values()].map((load) => load()));
}
