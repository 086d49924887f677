import type { Ports } from "../platform/ports.ts";
import { impatient, withFlakes } from "./command-options.ts";
import type { NixProgram } from "./find-nix.ts";
import { nixSystem } from "./installable.ts";

/** Names are worth a moment after a failure, not a download. */
const timeoutMs = 4000;

/**
 * The names of the flake's shells for this machine; empty when they cannot be read. Who wants to know
 * them wants no flake.lock written.
 */
export async function shellNames(
  { run, env, host }: Pick<Ports, "run" | "env" | "host">,
  { nix, root }: { readonly nix: NixProgram; readonly root: string },
): Promise<readonly string[]> {
  const result = await run({
    file: nix.path,
    args: [
      ...withFlakes,
      ...impatient,
      "eval",
      "--json",
      "--no-write-lock-file",
      `.#devShells.${nixSystem(host)}`,
      "--apply",
      "builtins.attrNames",
    ],
    cwd: root,
    env,
    timeoutMs,
  });
  return result.end === "exited" && result.exit.code === 0 ? parseNames(result.stdout) : [];
}

function parseNames(text: string): readonly string[] {
  try {
    const names: unknown = JSON.parse(text);
    return Array.isArray(names) ? names.filter((name) => typeof name === "string") : [];
  } catch {
    return [];
  }
}
