/** The Nix of this machine and the flake of this project. */
import { dirname, join } from "node:path";
import { unlessBusy } from "../../nix/busy-store.ts";
import { withFlakes } from "../../nix/command-options.ts";
import { findNix, type NixProgram } from "../../nix/find-nix.ts";
import { type NixVersion, parseNixVersion } from "../../nix/version.ts";
import type { CommandResult } from "../../platform/ports.ts";
import { type DoctorContext, fact, type ProjectCommand } from "../context.ts";

export type FoundNix = NixProgram & {
  /** A shell finds it, too. */
  readonly onPath: boolean;
};

/** The `nix` that ai-rules runs. */
export const nixProgram = fact(async ({ ports }): Promise<FoundNix | undefined> => {
  const found = await findNix(ports);
  if (!found) return undefined;
  const onPath = (ports.env["PATH"] ?? "").split(":").includes(dirname(found.path));
  return { ...found, onPath };
});

export type SaidVersion = {
  readonly version?: NixVersion;
  readonly result: CommandResult;
};

/** What it says of itself; undefined where there is none. */
export const nixVersion = fact(async (context): Promise<SaidVersion | undefined> => {
  const nix = await nixProgram(context);
  if (!nix) return undefined;
  const result = await context.run({ file: nix.path, args: ["--version"], timeoutMs: 4000 });
  const version = parseNixVersion(result.stdout);
  return { result, ...(version ? { version } : {}) };
});

/** Why Nix needs not be asked for more than its version: it hangs, or has no such commands yet. */
export const whyNotAskNix = fact(async (context): Promise<string | undefined> => {
  const said = await nixVersion(context);
  if (!said) return "Nix is not installed";
  if (said.result.end === "timed-out") return "Nix does not answer";
  const { version } = said;
  if (!version || version.knowsFlakes) return undefined;
  return `${version.flavour} ${version.version} is from before there were flakes`;
});

/** Whether the project has a flake.nix. */
export const hasFlake = fact(
  async ({ ports, root }) => (await ports.files.status(join(root, "flake.nix"))) !== undefined,
);

/** The files of the flake that are there, as words of a command: "flake.nix flake.lock". */
export const flakeFiles = fact(async ({ ports, root }) => {
  const names = ["flake.nix", "flake.lock"];
  const there = await Promise.all(names.map((name) => ports.files.status(join(root, name))));
  return names.filter((_, index) => there[index] !== undefined).join(" ");
});

/** Nix's own settings, by name; empty where it does not tell. */
export const nixConfiguration = fact(async (context): Promise<ReadonlyMap<string, string>> => {
  const nix = await nixProgram(context);
  if (!nix) return new Map();
  // Newer ones call it `config show`; the old name still works.
  const args = [...withFlakes, "show-config"];
  const { stdout } = await runNix(context, { file: nix.path, args, timeoutMs: 4000 });
  const lines = stdout.matchAll(/^([\w-]+) = ?(.*)$/gmu);
  return new Map([...lines].map(([, name = "", value = ""]) => [name, value]));
});

/** Ms; 0.4 s in all, for a check has little time. */
const busyDelaysMs = [50, 100, 250];

/** Runs a command of Nix. The checks' own ones, side by side, get into each other's way on a new store. */
export function runNix(context: DoctorContext, command: ProjectCommand): Promise<CommandResult> {
  return unlessBusy(
    () => context.run(command),
    (result) => (succeeded(result) ? undefined : result.stderr),
    { delaysMs: busyDelaysMs, wait: (ms) => context.ports.clock.wait(ms) },
  );
}

/** Whether a command ran and was content. */
export function succeeded({ end, exit }: CommandResult): boolean {
  return end === "exited" && exit.code === 0;
}

/** There is no Nix, or nothing for it to do: the reason why a check is left out. */
export async function whyNoNix(context: DoctorContext): Promise<string | undefined> {
  if (!(await hasFlake(context))) return "no flake.nix in this project";
  return (await nixProgram(context)) ? undefined : "Nix is not installed";
}
