import type { Command } from 'commander';

/** What may follow the words of a command. */
export interface CompletionNode {
  /** The words that lead to it, the program's own name left out; empty for the program. */
  path: string;
  /** Names of the commands below it, with what they do; or what its argument may be. */
  words: Suggestion[];
  options: CompletionOption[];
}

/** A word that may be written. */
export interface Suggestion {
  word: string;
  description: string;
}

/** An option that may be written. */
export interface CompletionOption extends Suggestion {
  takesValue: boolean;
  /** The values that it takes; empty where any will do, and files are offered then. */
  choices: readonly string[];
}

/** Every command of a program, from its own definitions: what is added to them is completed as well. */
export function commandTree(program: Command, path: readonly string[] = []): CompletionNode[] {
  const help = program.createHelp();
  const commands = help.visibleCommands(program);
  const node: CompletionNode = {
    path: path.join(' '),
    words: [
      ...commands.map((command) => ({
        word: command.name(),
        description: firstLine(command.description()),
      })),
      ...program.registeredArguments.flatMap(({ argChoices = [], description }) =>
        argChoices.map((word) => ({ word, description })),
      ),
    ],
    options: help
      .visibleOptions(program)
      .flatMap(({ long, short, description, argChoices, required, optional }) => {
        const word = long ?? short;
        if (!word) return [];
        return [
          {
            word,
            description: firstLine(description),
            takesValue: required || optional,
            choices: argChoices ?? [],
          },
        ];
      }),
  };
  const below = commands.filter((command) => command.name() !== 'help');
  return [node, ...below.flatMap((command) => commandTree(command, [...path, command.name()]))];
}

function firstLine(text: string): string {
  return text.split('\n')[0];
}
