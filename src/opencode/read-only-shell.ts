/**
 * The shell of the read-only modes. OpenCode checks a command line by the text of each command in
 * it, which cannot see what the text becomes: `cd . > file` and `> file` contain no command to
 * check at all, `{ git log; } > file` hides the redirect, and `--out"put"=file` is spelled so that
 * no pattern finds it (all measured on OpenCode 1.18.33). So the commands that OpenCode lets through
 * run in bash's restricted mode, which refuses redirects to files, `cd`, `exec`, changes of PATH and
 * programs named by a path, whatever the syntax; and the few programs that can write by an option
 * are functions which look at their real arguments.
 */

/** Name of the shell: OpenCode tells the kind of a shell by its file name. */
export const shellName = "bash";

/** Name of the file beside it that runs a command. */
export const commandsName = "commands.bash";

/**
 * OpenCode's tool calls come as `-c command`. A `!command` that the user types comes with more
 * arguments: it is the user's own deed and runs in the plain shell.
 */
export const shellText = `#!/bin/sh
# Written by ai-rules: the shell of a read-only mode.
unset BASH_ENV ENV SHELLOPTS BASHOPTS
if [ "$#" -ne 2 ] || [ "$1" != "-c" ]; then exec bash "$@"; fi
exec bash --noprofile --norc -r "\${0%/*}/${commandsName}" "$2"
`;

/** Git's commands that only read; `stash`, `branch`, `tag` and others only in some forms. */
export const readingGitCommands = words(`
  status diff log show blame annotate grep shortlog describe ls-files ls-tree cat-file rev-parse
  rev-list diff-tree diff-index merge-base for-each-ref show-ref name-rev count-objects
`);

/** Runs one command line, given as the first argument, in bash's restricted mode. */
export const commandsText = `# Written by ai-rules: runs one command of a read-only mode.
command_line=$1
shift
refuse() {
  printf 'ai-rules: %s is refused: this mode is read-only\\n' "$1" >&2
  exit 126
}
git() {
  case " ${readingGitCommands.join(" ")} branch tag remote stash worktree reflog " in
    *" $1 "*) ;;
    *) refuse "git $1" ;;
  esac
  for argument in "$@"; do
    case $argument in
      --ou* | --ext* | --op*) refuse "git $1 $argument" ;;
      --*) ;;
      -*O*) [ "$1" != grep ] || refuse "git grep $argument" ;;
    esac
  done
  case "$1 $#" in
    "branch 1" | "tag 1" | "remote 1" | "reflog 1") ;;
    "branch "*) case $2 in -a | -r | -v | -vv | --show-current) [ $# -eq 2 ] || refuse "git branch" ;; *) refuse "git branch" ;; esac ;;
    "remote "*) case $2 in -v) [ $# -eq 2 ] || refuse "git remote" ;; *) refuse "git remote" ;; esac ;;
    "stash "* | "worktree "*) [ "$2" = list ] || refuse "git $1 $2" ;;
    "tag "*) case $2 in -l | --list) [ $# -le 3 ] || refuse "git tag" ;; *) refuse "git tag" ;; esac ;;
    "reflog "*) [ "$2" = show ] || refuse "git reflog $2" ;;
  esac
  command git --no-pager "$@"
}
find() {
  for argument in "$@"; do
    case $argument in -delete | -exec* | -ok* | -fprint* | -fls*) refuse "find $argument" ;; esac
  done
  command find "$@"
}
sort() {
  for argument in "$@"; do
    case $argument in
      --o* | --co* | --t*) refuse "sort $argument" ;;
      --*) ;;
      -*[oT]*) refuse "sort $argument" ;;
    esac
  done
  command sort "$@"
}
uniq() {
  for argument in "$@"; do
    case $argument in -?*) ;; *) refuse "uniq with a file" ;; esac
  done
  command uniq "$@"
}
rg() {
  for argument in "$@"; do
    case $argument in --pre* | --hostname-bin*) refuse "rg $argument" ;; esac
  done
  command rg --no-config "$@"
}
readonly -f refuse git find sort uniq rg
# With an exported variable a program can be made to run or write something (GIT_TRACE, ...).
enable -n export declare typeset local readonly trap set alias source . history fc enable
eval "$command_line"
`;

/** The words of a text. */
export function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
