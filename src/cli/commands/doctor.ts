import { Command } from 'commander';
import { type Environment, readEnvironment } from '../../config/index.js';
import { messageOf, ProbelogError } from '../../errors/index.js';
import { CHECKS } from '../doctor/checks/index.js';
import { Machine } from '../doctor/machine.js';
import { findingLines, summaryLine } from '../doctor/report.js';
import { type CheckedFinding, runChecks } from '../doctor/run-checks.js';
import { EXIT } from '../exit-codes.js';
import { type FormatFlags, printJson, printLine, withFormats } from '../output/formats.js';

/**
 * `probelog doctor`
 *
 * It is loaded without the other commands (see main.ts), so nothing that it imports may need a native package, generated code
 * or more of this program than the settings.
 */
export function doctorCommand(): Command {
  const command = new Command('doctor')
    .description('check everything that can be wrong on this machine, and say how to mend it')
    .option('--network', 'ask other machines as well: registries, object storage, the Hugging Face Hub');
  return withFormats(command)
    .addHelpText(
      'after',
      `\nChanges nothing. Exit status ${EXIT.ok}: nothing failed, though there may be warnings; ${EXIT.failed}: something failed.`,
    )
    .action(async ({ network = false, json, jsonl }: { network?: boolean } & FormatFlags) => {
      const machine = new Machine(environmentOrError(), network);
      const findings: CheckedFinding[] = [];
      try {
        for await (const finding of runChecks(CHECKS, machine)) {
          findings.push(finding);
          if (jsonl) printLine(finding);
          else if (!json) process.stdout.write(findingLines(finding));
        }
      } finally {
        await machine.close();
      }
      const isFailed = findings.some(({ state }) => state === 'failed');
      if (json) printJson({ ok: !isFailed, findings });
      else if (!jsonl) process.stdout.write(`\n${summaryLine(findings)}`);
      if (isFailed) process.exitCode = EXIT.failed;
    });
}

function environmentOrError(): Environment {
  try {
    return readEnvironment();
  } catch (thrown) {
    throw new ProbelogError('CONFIG_INVALID', `The file .env cannot be read: ${messageOf(thrown)}.`);
  }
}
