import type { CompletionNode, Suggestion } from './command-tree.js';

/** A completion script for zsh. */
export function zshCompletion(tree: readonly CompletionNode[]): string {
  const cases = tree.map(({ path, words, options }) => {
    const choices = options.filter((option) => option.choices.length > 0);
    const taking = options.filter((option) => option.takesValue && option.choices.length === 0);
    const values = [
      ...choices.map((option) => `        ${option.word}) compadd -- ${option.choices.join(' ')}; return ;;`),
      ...(taking.length > 0
        ? [`        ${taking.map(({ word }) => word).join('|')}) _files; return ;;`]
        : []),
    ];
    return `    '${path}')
      case "$words[CURRENT-1]" in
${values.join('\n')}
      esac
      suggestions=(${words.map(described).join(' ')})
      options=(${options.map(described).join(' ')})
      ;;`;
  });
  return `#compdef probelog
# zsh completion of probelog; load it with: source <(probelog completion zsh)
_probelog() {
  local -a suggestions options
  local path_of=''
  local word
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "\${path_of:+$path_of }$word" in
      ${tree
        .filter(({ path }) => path !== '')
        .map(({ path }) => `'${path}'`)
        .join('|')}) path_of="\${path_of:+$path_of }$word" ;;
    esac
  done
  case "$path_of" in
${cases.join('\n')}
  esac
  if [[ "$words[CURRENT]" == -* ]]; then
    _describe 'option' options
  elif (( \${#suggestions} )); then
    _describe 'command' suggestions
  else
    _files
  fi
}
compdef _probelog probelog
`;
}

function described({ word, description }: Suggestion): string {
  const text = description.replaceAll("'", "'\\''").replaceAll(':', '\\:');
  return `'${word}:${text}'`;
}
