import { Command } from 'commander';
import { describeConfig, loadConfig, readEnvironment } from '../../config/index.js';
import { type FormatFlags, printRows, withFormats } from '../output/formats.js';

/** `probelog config` */
export function configCommand(): Command {
  return withFormats(new Command('config'))
    .description('print the effective settings, without secrets')
    .action(({ json, jsonl }: FormatFlags) => {
      const lines = describeConfig(loadConfig(readEnvironment()));
      if (json || jsonl) {
        printRows(lines, {}, { json, jsonl });
        return;
      }
      for (const { variable, value, isDefault, description, allowed } of lines) {
        const shown = value === null ? '(unset)' : Array.isArray(value) ? value.join(',') || '(none)' : value;
        process.stdout.write(`${variable}=${shown}${isDefault ? '  (default)' : ''}\n`);
        process.stdout.write(`    ${description}\n    Allowed: ${allowed}.\n`);
      }
    });
}
