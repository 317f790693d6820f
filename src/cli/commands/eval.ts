import { Command } from 'commander';
import { similarityCommand } from './eval/similarity.js';

/** `probelog eval` */
export function evalCommand(): Command {
  return new Command('eval')
    .description('look at what was registered as the paper does')
    .addCommand(similarityCommand().exitOverride());
}
