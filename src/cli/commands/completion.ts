import { Argument, Command } from 'commander';
import { bashCompletion } from '../completion/bash.js';
import { type CompletionNode, commandTree } from '../completion/command-tree.js';
import { fishCompletion } from '../completion/fish.js';
import { zshCompletion } from '../completion/zsh.js';

const SHELLS: Record<string, (tree: readonly CompletionNode[]) => string> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

/** `probelog completion` */
export function completionCommand(): Command {
  return new Command('completion')
    .description('print a completion script for a shell: commands, options and their values')
    .addArgument(new Argument('<shell>', 'name of the shell').choices(Object.keys(SHELLS)))
    .addHelpText(
      'after',
      `
To load it whenever the shell starts:
  bash  echo 'source <(probelog completion bash)' >> ~/.bashrc
  zsh   echo 'source <(probelog completion zsh)' >> ~/.zshrc
  fish  probelog completion fish > ~/.config/fish/completions/probelog.fish`,
    )
    .action((shell: string, _: unknown, command: Command) => {
      process.stdout.write(SHELLS[shell](commandTree(command.parent ?? command)));
    });
}
