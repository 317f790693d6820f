import { Command } from 'commander';
import { readEnvironment } from '../../config/index.js';
import { CHECKS } from '../doctor/checks/index.js';
import { Machine } from '../doctor/machine.js';
import { findingLines, summaryLine } from '../doctor/report.js';
import { type CheckedFinding, runChecks } from '../doctor/run-checks.js';
import { EXIT } from '../exit-status.js';
import { type FormatFlags, printJson, printLine, withFormats } from '../output/formats.js';

/**
 * `probelog doctor`
 *
 * It must start where the other commands cannot (see main.ts): nothing here imports a native package, generated code, or more
 * of the program than the settings.
 */
export function doctorCommand(): Command {
  const command = new Command('doctor')
    .description('check this machine for problems, and say how to fix them')
    .option(
      '--network',
      'also check what needs the network: registries, object storage, the Hugging Face Hub',
    );
  return withFormats(command)
    .addHelpText(
      'after',
      `\nChanges nothing. Exit status ${EXIT.ok}: nothing failed, but there may be warnings; ${EXIT.failed}: something failed.`,
    )
    .action(async ({ network = false, json, jsonl }: { network?: boolean } & FormatFlags) => {
      const machine = new Machine(readEnvironment(), network);
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
