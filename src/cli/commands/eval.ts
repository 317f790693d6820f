import { Command } from 'commander';
import { similarityCommand } from './eval-similarity.js';

/** `probelog eval` */
export function evalCommand(): Command {
  return new Command('eval')
    .description('draw the figures of the paper from what was registered')
    .addCommand(similarityCommand().exitOverride());
}
