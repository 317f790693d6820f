import { Command } from 'commander';
import { describeConfig, loadConfig, readEnvironment } from '../../config/index.js';

/** `probelog config` */
export function configCommand(): Command {
  return new Command('config')
    .description('print the effective settings, without secrets')
    .option('--json', 'print JSON')
    .action((options: { json?: boolean }) => {
      const lines = describeConfig(loadConfig(readEnvironment()));
      if (options.json) {
        process.stdout.write(`${JSON.stringify(lines, null, 2)}\n`);
        return;
      }
      for (const { variable, value, isDefault, description, allowed } of lines) {
        const shown = value === null ? '(unset)' : Array.isArray(value) ? value.join(',') || '(none)' : value;
        process.stdout.write(`${variable}=${shown}${isDefault ? '  (default)' : ''}\n`);
        process.stdout.write(`    ${description}\n    Allowed: ${allowed}.\n`);
      }
    });
}
