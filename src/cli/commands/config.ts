import { Command } from 'commander';
import { type FormatFlags, printRows, withFormats } from '../output/formats.js';

/** `probelog config` */
export function configCommand(): Command {
  return withFormats(new Command('config'))
    .description('print the effective settings, without secrets')
    .action(async ({ json, jsonl }: FormatFlags) => {
      const { describeConfig, loadConfig, readEnvironment } = await import('../../config/index.js');
      const lines = describeConfig(loadConfig(readEnvironment()));
      if (json || jsonl) return printRows(lines, {}, { json, jsonl });
      for (const { variable, value, isDefault, description, allowed } of lines) {
        const shown = value === null ? '(unset)' : Array.isArray(value) ? value.join(',') || '(none)' : value;
        process.stdout.write(`${variable}=${shown}${isDefault ? '  (default)' : ''}\n`);
        process.stdout.write(`    ${description}\n    Allowed: ${allowed}.\n`);
      }
    });
}
