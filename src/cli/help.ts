/** The text of `ai-rules help`. */
export function helpText(): string {
  return `ai-rules: three live AI agents (plan, build, review) in one Nix environment

usage: ai-rules [tui] [options]

commands
  tui                open the three modes on this project (also with no command, on a terminal)
  help               show this text

options
  --cwd DIR          the project's directory (default: where you are)
  --shell NAME       enter .#NAME of the project's flake instead of its default shell
  --no-color         no colours (NO_COLOR does the same)
  --debug            show what stands behind an error
  --version          print the version

keys in the TUI: ctrl+o ? shows them all, ctrl+o q quits.
exit codes: 0 fine, 1 failed, 2 wrong usage, 4 not a terminal, 5 already running here,
            129, 130 and 143 ended by a signal
`;
}
