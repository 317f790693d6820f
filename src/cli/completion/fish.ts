import type { CompletionNode } from './command-tree.js';

/** A completion script for fish. */
export function fishCompletion(tree: readonly CompletionNode[]): string {
  const lines = tree.flatMap(({ path, words, options }) => {
    const when = conditionOf(
      path,
      words.map(({ word }) => word),
    );
    return [
      ...words.map(
        ({ word, description }) =>
          `complete -c probelog -n ${quoted(when)} -f -a ${word} -d ${quoted(description)}`,
      ),
      ...options.map(({ word, description, takesValue, choices }) => {
        const value = choices.length > 0 ? ` -x -a ${quoted(choices.join(' '))}` : takesValue ? ' -r' : '';
        const name = word.startsWith('--') ? `-l ${word.slice(2)}` : `-s ${word.slice(1)}`;
        return `complete -c probelog -n ${quoted(when)} ${name}${value} -d ${quoted(description)}`;
      }),
    ];
  });
  return `# fish completion of probelog; load it with: probelog completion fish | source\n${lines.join('\n')}\n`;
}

function conditionOf(path: string, below: readonly string[]): string {
  if (path === '') return '__fish_use_subcommand';
  const seen = path.split(' ').map((word) => `__fish_seen_subcommand_from ${word}`);
  const further = below.length > 0 ? [`not __fish_seen_subcommand_from ${below.join(' ')}`] : [];
  return [...seen, ...further].join('; and ');
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
