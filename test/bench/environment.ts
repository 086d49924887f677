/** Gives a project a flake that needs no network, and lets ai-rules evaluate and cache it once. */
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { measure, type Started } from "./harness.ts";

const run = promisify(execFile);

const flake = `{
  outputs = { self }: {
    devShells.SYSTEM.default = derivation {
      name = "bench-shell";
      system = "SYSTEM";
      builder = "/bin/bash";
      args = [ "-c" "echo built > $out" ];
      outputs = [ "out" ];
      PATH = "/usr/local/bin:/usr/bin:/bin";
      BENCH_SHELL = "1";
    };
  };
}
`;

/** Without Nix the project stays as it is: its panes then use the environment of the caller. */
export async function prepareEnvironment(started: Started, abort: AbortSignal): Promise<void> {
  const system = await nixSystem(started);
  if (system === undefined) return;
  await writeFile(join(started.cwd, "flake.nix"), flake.replaceAll("SYSTEM", system));
  const { ready } = await measure(started, { samples: 0, readyMs: 30_000, settleMs: 1000 }, abort);
  if (!ready) throw new Error("ai-rules did not start in a project with a flake");
}

async function nixSystem({ env }: Started): Promise<string | undefined> {
  return run("nix", ["--version"], { env }).then(
    () => `${process.arch === "arm64" ? "aarch64" : "x86_64"}-${process.platform}`,
    () => undefined,
  );
}
