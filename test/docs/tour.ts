import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A command that a page shows, with what it prints. */
export interface ShownCommand {
  args: string[];
  output: string;
}

const COMMAND = /^\$ probelog (.*)$/;
/** A word, or several in quotes. */
const WORD = /"([^"]*)"|(\S+)/g;

/** The commands of docs/tour.md, in order. */
export function commandsOfTour(): ShownCommand[] {
  const page = readFileSync(fileURLToPath(new URL('../../docs/tour.md', import.meta.url)), 'utf8');
  return [...page.matchAll(/^```\n(\$ probelog [\s\S]*?)^```$/gm)].map(([, block]) => {
    const [command, ...output] = block.split('\n');
    const line = COMMAND.exec(command)?.[1] ?? '';
    return {
      args: [...line.matchAll(WORD)].map(([, quoted, word]) => quoted ?? word),
      output: output.join('\n').trim(),
    };
  });
}

/** An output without what differs between machines: the last digits of numbers, the widths of columns, and a server's port. */
export function comparable(output: string): string {
  return output
    .replace(/http:\/\/127\.0\.0\.1:\d+\S*/g, '<link>')
    .replace(/-?\d+\.\d+/g, (number) => Number(number).toFixed(1))
    .replace(/[ \t]+/g, ' ')
    .trim();
}
