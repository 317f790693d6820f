import { Command } from 'commander';
import { type FormatFlags, printRows, withFormats } from '../output/formats.js';

/** `probelog config` */
export function configCommand(): Command {
  return withFormats(new Command('config'))
    .description('print the effective settings, without secrets')
    .action(async ({ json, jsonl }: FormatFlags) => {
      const { describeConfig, readEnvironment } = await import('../../config/index.js');
      const lines = describeConfig(readEnvironment());
      if (json || jsonl) return printRows(lines, {}, { json, jsonl });
      for (const { variable, value, text, isDefault, description, allowed } of lines) {
        const shown = value === null ? '(unset)' : text === null ? value : text || '(none)';
        process.stdout.write(`${variable}=${shown}${isDefault ? '  (default)' : ''}\n`);
        process.stdout.write(`    ${description}\n    Allowed: ${allowed}.\n`);
      }
    });
}
