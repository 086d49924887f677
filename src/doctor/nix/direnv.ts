import { join } from "node:path";
import type { CommandResult } from "../../platform/ports.ts";
import { type Check, type Finding, ok, skip, type Trouble } from "../check.ts";
import { commandFix } from "../command-fix.ts";
import type { DoctorContext } from "../context.ts";
import { succeeded } from "../facts/nix.ts";

/** direnv enters the shell for whoever enters the directory; only where the project wants it. */
export const direnvCheck: Check = {
  id: "nix-direnv",
  group: "nix",
  title: "direnv, nix-direnv, and whether .envrc is allowed",
  timeoutMs: 4800,
  run: async (context) => {
    const text = await context.ports.files.readText(join(context.root, ".envrc"));
    if (text === undefined) return [skip("no .envrc in this project")];
    const status = await context.run({ file: "direnv", args: ["status"], timeoutMs: 4000 });
    if (status.end === "not-found" || status.end === "not-executable") return [missing];
    if (!succeeded(status)) return [skip(`direnv does not say its state (${status.end})`)];
    const usesFlake = /^\s*use[_ ]flake/mu.test(text);
    const findings = [
      ...allowed(status),
      ...(usesFlake && !(await hasNixDirenv(context, text)) ? [slow] : []),
    ];
    return findings.length === 0 ? [ok(".envrc is allowed")] : findings;
  },
};

const missing: Trouble = {
  status: "warn",
  code: "nix/no-direnv",
  found: "there is an .envrc, and direnv is not installed",
  why: "entering the directory does not enter its shell; ai-rules does not need it",
  remedy: "install it: `nix profile install nixpkgs#direnv`, then hook it into your shell",
};

const slow: Trouble = {
  status: "warn",
  code: "nix/no-nix-direnv",
  found: ".envrc says `use flake`, and nix-direnv is not there",
  why: "each time the directory is entered Nix evaluates anew, and a garbage collection takes the shell",
  remedy:
    "install it: `nix profile install nixpkgs#nix-direnv`, and run `mkdir -p ~/.config/direnv && echo 'source ~/.nix-profile/share/nix-direnv/direnvrc' >> ~/.config/direnv/direnvrc`",
};

/** "true" and "false" up to 2.32, then 0 allowed, 1 not yet, 2 denied. */
function allowed({ stdout }: CommandResult): readonly Finding[] {
  const said = /^Found RC allowed (\w+)/mu.exec(stdout)?.[1];
  if (said === undefined || said === "true" || said === "0") return [];
  // What it runs, nobody but the user has read: no fix by ourselves.
  return [
    {
      status: "warn",
      code: "nix/envrc-blocked",
      found: `.envrc is not allowed${said === "2" ? ": it was denied" : ""}`,
      why: "entering the directory does not enter its shell; ai-rules does not need it",
      remedy: `read .envrc, then run \`${commandFix("direnv", "allow").command}\``,
    },
  ];
}

/** Where its own documents say to put or to name it. */
async function hasNixDirenv({ ports }: DoctorContext, envrc: string): Promise<boolean> {
  const { files, env, host } = ports;
  const own = env["XDG_CONFIG_HOME"];
  const base = own?.startsWith("/") ? own : join(host.home, ".config");
  const directory = env["DIRENV_CONFIG"] ?? join(base, "direnv");
  const named = await Promise.all(
    [join(directory, "direnvrc"), join(host.home, ".direnvrc")].map((path) =>
      files.readText(path).catch(() => undefined),
    ),
  );
  const libraries = await files.list(join(directory, "lib")).catch(() => []);
  return (
    [envrc, ...named].some((text) => text?.includes("nix-direnv")) ||
    libraries.some((name) => name.includes("nix-direnv")) ||
    (await files.status("/etc/direnv/lib/zz-nix-direnv.sh")) !== undefined
  );
}
