/** The completion scripts. They know nothing: each asks `ai-rules __complete` what could follow. */

export const completionShells = ["bash", "zsh", "fish"] as const;

export type CompletionShell = (typeof completionShells)[number];

/** The script of a shell, to be sourced, or put where the shell looks for completions. */
export function completionScript(shell: CompletionShell): string {
  return scripts[shell];
}

/** Stands alone in a line where names of directories are wanted. */
export const directoriesMark = ":directories";

const bash = `# bash completion of ai-rules. In ~/.bashrc:
#   source <(ai-rules completion bash)

_ai_rules() {
  local line directory
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line != ${directoriesMark} ]]; then
      COMPREPLY+=("$line")
      continue
    fi
    compopt -o filenames 2>/dev/null
    while IFS= read -r directory; do
      COMPREPLY+=("$directory")
    done < <(compgen -d -- "$2")
  done < <("\${1/#\\~/$HOME}" __complete bash "\${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" 2>/dev/null)
}

complete -F _ai_rules ai-rules
`;

const zsh = `#compdef ai-rules
# zsh completion of ai-rules. In ~/.zshrc, after compinit:
#   source <(ai-rules completion zsh)
# or as a file named _ai-rules in a directory of $fpath.

_ai-rules() {
  local line word ret=1
  local -a list
  while IFS= read -r line; do
    if [[ $line == ${directoriesMark} ]]; then
      compset -P '--*='
      _directories && ret=0
      continue
    fi
    word=\${line%%$'\\t'*}
    list+=("\${word//:/\\\\:}\${\${line#$word}/$'\\t'/:}")
  done < <(\${~words[1]} __complete zsh "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)
  (( $#list )) && _describe -t values ai-rules list && ret=0
  return ret
}

if [[ $funcstack[1] == _ai-rules ]]; then
  _ai-rules "$@"
elif (( $+functions[compdef] )); then
  compdef _ai-rules ai-rules
fi
`;

const fish = `# fish completion of ai-rules. As ~/.config/fish/completions/ai-rules.fish, or in config.fish:
#   ai-rules completion fish | source

function __ai_rules_complete
    set -l words (commandline -opc)
    set -l program (string replace -r '^~(?=/)' $HOME -- $words[1])
    set -e words[1]
    set -l typed (commandline -ct)
    for line in ($program __complete fish $words "$typed" 2>/dev/null)
        if test "$line" = ${directoriesMark}
            set -l option (string match -r -- '^--[a-z-]+=' "$typed")
            for directory in (__fish_complete_directories (string replace -r -- '^--[a-z-]+=' '' "$typed") '')
                echo "$option$directory"
            end
        else
            echo $line
        end
    end
end

complete -c ai-rules -f -a '(__ai_rules_complete)'
`;

const scripts: Readonly<Record<CompletionShell, string>> = { bash, zsh, fish };
