import { Command } from 'commander';
import { countFlag } from '../flags/count-flag.js';
import { type FormatFlags, printJson, printRows, withFormats } from '../output/formats.js';
import { printable } from '../output/printable.js';
import { type UrlFlag, withRegistry, withUrl } from '../with-registry.js';

const MAX_NAMES = 100;

/** `probelog name` */
export function nameCommand(): Command {
  const command = new Command('name')
    .description('say what a model recognizes: a summary, and names for its outputs from the vocabulary')
    .argument('<model>', 'its name, name@version or id')
    .option('--output <n>', 'only this output, counted from 0')
    .option('--first <k>', 'how many names for each output', '1');
  return withUrl(withFormats(command))
    .addHelpText('after', '\n--jsonl has the names alone, and --json the summary as well.')
    .action((named: string, flags: NameFlags) => {
      const first = countFlag('--first', flags.first, MAX_NAMES);
      return withRegistry(flags, async (registry) => {
        const { summary, names } = await registry.names(named, flags.output, first);
        if (flags.json) printJson({ summary, names });
        else {
          if (!flags.jsonl) process.stdout.write(`${printable(summary)}\n\n`);
          printRows(names, COLUMNS, flags);
        }
      });
    });
}

interface NameFlags extends FormatFlags, UrlFlag {
  output?: string;
  first: string;
}

const COLUMNS = { index: 'OUTPUT', name: 'NAME', score: 'SCORE', confidence: 'CONFIDENCE' };
