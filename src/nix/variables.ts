import type { Variables } from "../platform/ports.ts";

/** They belong to the user's session; the text that Nix prints sets them for a build. */
const sessionNames: ReadonlySet<string> = new Set(
  `
    TMP TMPDIR TEMP TEMPDIR NIX_BUILD_TOP
    SHELL HOME TERM TZ PWD OLDPWD SHLVL _
  `
    .trim()
    .split(/\s+/u),
);

/** What the derivation leaves behind; no program in a pane needs it. */
const leftoverNames: ReadonlySet<string> = new Set(
  `
    shellHook builder out outputs name system stdenv shell
    phases buildPhase patches buildInputs nativeBuildInputs
    cmakeFlags configureFlags mesonFlags doCheck doInstallCheck
    strictDeps preferLocalBuild dontAddDisableDepTrack __structuredAttrs
    NIX_BUILD_CORES NIX_STORE NIX_LOG_FD NIX_ENFORCE_PURITY
  `
    .trim()
    .split(/\s+/u),
);

/** depsBuildHostPropagated, propagatedNativeBuildInputs ... (nixpkgs, stdenv/generic/setup.sh). */
const leftoverPattern =
  /^(?:deps(?:Build|Host|Target){2}(?:Propagated)?|propagated(?:Native)?BuildInputs)$/u;

/** Reads what `env -0` wrote: values may hold line ends and equal signs. */
export function parseVariables(dump: string): Variables {
  const found: Record<string, string> = {};
  for (const entry of dump.split("\0")) {
    const equals = entry.indexOf("=");
    if (equals > 0) found[entry.slice(0, equals)] = entry.slice(equals + 1);
  }
  return found;
}

/** The variables for the panes: the shell's, but for what is the user's session's or a build's. */
export function shellVariables(shell: Variables, user: Variables): Variables {
  const kept = Object.entries(shell).filter(([name]) => !isUsers(name));
  const users = Object.entries(user).filter(([name]) => isUsers(name));
  return Object.fromEntries([...kept, ...users]);
}

/** How many variables a shell adds to or changes in the user's. */
export function countChanges(shell: Variables, user: Variables): number {
  return Object.entries(shell).filter(([name, value]) => user[name] !== value).length;
}

/** Whether two environments are the same to a program. */
export function sameVariables(a: Variables, b: Variables): boolean {
  return Object.keys(a).length === Object.keys(b).length && countChanges(a, b) === 0;
}

function isUsers(name: string): boolean {
  return sessionNames.has(name) || leftoverNames.has(name) || leftoverPattern.test(name);
}
