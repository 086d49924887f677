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
      builder = "/bin/sh";
      args = [ "-c" "echo built > $out" ];
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
  await measure(started, { samples: 0, readyMs: 60_000, settleMs: 2000 }, abort);
}

async function nixSystem({ env }: Started): Promise<string | undefined> {
  return run("nix", ["--version"], { env }).then(
    () => `${process.arch === "arm64" ? "aarch64" : "x86_64"}-${process.platform}`,
    () => undefined,
  );
}
