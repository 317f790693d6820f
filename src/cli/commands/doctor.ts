import { Command } from 'commander';
import { EXIT } from '../exit-status.js';
import { type FormatFlags, withFormats } from '../output/formats.js';

/**
 * `probelog doctor`
 *
 * It must start where the other commands cannot (see main.ts): nothing here, nor what it loads, imports a native package,
 * generated code, or more of the program than the settings.
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
      const { examineMachine } = await import('../doctor/examine-machine.js');
      if (!(await examineMachine(network, { json, jsonl }))) process.exitCode = EXIT.failed;
    });
}
