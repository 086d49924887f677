/** The text of `nix print-dev-env`: bash that sets up the shell and runs its hook last. */

/** Variable through which the hook's run says where its build directory is. */
export const buildTopVariable = "AI_RULES_BUILD_TOP";

const ownBuildTop = 'export NIX_BUILD_TOP="$(mktemp -d -t nix-shell.XXXXXX)"';
const ourBuildTop = `export NIX_BUILD_TOP="$${buildTopVariable}"; unset ${buildTopVariable}`;

/**
 * The text as it is cached: it takes its build directory from us. Nix's own line makes one in
 * $TMPDIR on each run that nobody removes (117 of them were left by one day's work). And it can be
 * read whatever the path of the project is.
 */
export function adoptRcText(text: string, root: string): string {
  return withQuotedOutputs(text, root).replace(ownBuildTop, () => ourBuildTop);
}

/**
 * Nix puts `outputs/out` below the directory it ran in for each output path, after it has quoted the
 * values: an apostrophe in the directory's name ends the quotes, and bash refuses the whole text
 * (measured on Nix 2.8.0).
 */
function withQuotedOutputs(text: string, root: string): string {
  const quoted = root.replaceAll("'", `'\\''`);
  return quoted === root ? text : text.replaceAll(`${root}/outputs/`, () => `${quoted}/outputs/`);
}

/**
 * The derivation's own bash, which is in the store as long as the shell is; else any bash. macOS'
 * own (3.2) cannot read the `declare -A` of a shell with associative arrays.
 */
export function bashOf(rcText: string): string {
  const builder = /^builder='(\/[^'\n]*)'$/mu.exec(rcText)?.[1];
  return builder?.endsWith("/bash") ? builder : "bash";
}
