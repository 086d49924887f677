/** The project's development environment: which one it is, and loading it. */
import { join } from "node:path";
import { toProblem } from "../core/error.ts";
import type { Ports } from "../platform/ports.ts";
import { findNix } from "./find-nix.ts";
import type { EnvironmentRequest, EnvironmentResult } from "./loaded-environment.ts";
import { inheritedEnvironment, plainEnvironment } from "./plain-environment.ts";
import { loadShell } from "./shell.ts";

/** Loads the environment the panes run in, with at most one evaluation by Nix; never throws. */
export async function loadEnvironment(
  ports: Ports,
  request: EnvironmentRequest,
): Promise<EnvironmentResult> {
  // A shell asked for by name may be another one than ours.
  const mayInherit = request.shell === undefined && request.inherit !== false;
  const inherited = mayInherit ? inheritedEnvironment(ports, request.root) : undefined;
  if (inherited) return { ok: true, environment: inherited };
  const hasFlake = (await ports.files.status(join(request.root, "flake.nix"))) !== undefined;
  if (!hasFlake) return plain(ports, "no flake.nix: the panes run in your own environment");
  const nix = await findNix(ports);
  if (!nix) return plain(ports, "Nix is not installed: the panes run in your own environment");
  try {
    return await loadShell(ports, { ...request, nix });
  } catch (error) {
    return { ok: false, problem: toProblem(error), cancelled: false };
  }
}

function plain(ports: Ports, note: string): EnvironmentResult {
  return { ok: true, environment: plainEnvironment(ports, note) };
}
