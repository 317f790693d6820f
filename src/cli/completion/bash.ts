import type { CompletionNode } from './command-tree.js';

/** A completion script for bash 4 and newer. @param tree names and choices hold letters, digits, `-` and `_` alone */
export function bashCompletion(tree: readonly CompletionNode[]): string {
  const commands = tree.map(
    ({ path, words: below }) => `    '${path}') words='${below.map(({ word }) => word).join(' ')}' ;;`,
  );
  const options = tree.map(
    ({ path, options: own }) => `    '${path}') words='${own.map(({ word }) => word).join(' ')}' ;;`,
  );
  const values = tree.flatMap(({ path, options: own }) =>
    own
      .filter(({ takesValue }) => takesValue)
      .map(({ word, choices }) => `    '${path} ${word}') values='${choices.join(' ')}'; takes=1 ;;`),
  );
  return `# bash completion of probelog; load it with: source <(probelog completion bash)
_probelog_commands() {
  case "$1" in
${commands.join('\n')}
    *) return 1 ;;
  esac
}

_probelog_options() {
  case "$1" in
${options.join('\n')}
  esac
}

_probelog_values() {
  case "$1 $2" in
${values.join('\n')}
  esac
}

_probelog() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  if [[ "$current" == '=' ]]; then current=''; elif [[ "$previous" == '=' ]]; then previous="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  local path='' words='' values='' takes='' next index
  for ((index = 1; index < COMP_CWORD; index++)); do
    next="\${path:+$path }\${COMP_WORDS[index]}"
    if _probelog_commands "$next"; then path="$next"; fi
  done
  words=''
  COMPREPLY=()
  _probelog_values "$path" "$previous"
  if [[ -n "$takes" ]]; then
    if [[ -n "$values" ]]; then
      mapfile -t COMPREPLY < <(compgen -W "$values" -- "$current")
    else
      compopt -o default 2>/dev/null
    fi
    return
  fi
  if [[ "$current" == -* ]]; then
    _probelog_options "$path"
  else
    _probelog_commands "$path"
    if [[ -z "$words" ]]; then compopt -o default 2>/dev/null; fi
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -F _probelog probelog
`;
}
