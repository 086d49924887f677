/** Runs the generator of a profile (`mix phx.new`) where nobody sees yet what it makes. */
import { join } from "node:path";
import { AiRulesError } from "../core/error.ts";
import { printableLines } from "../core/text.ts";
import { classify } from "../nix/classify.ts";
import type { CommandResult, Ports } from "../platform/ports.ts";
import type { Profile, ProfileFiles } from "../profiles/profile.ts";

export type Generation = {
  readonly profile: Profile;
  /** Of the profile: its flake has the shell to run in. */
  readonly files: ProfileFiles;
  readonly application: string;
  /** The directory to be made; the one above it is there. */
  readonly into: string;
  /** A directory that is thrown away afterwards. */
  readonly workshop: string;
  /** A Nix that can evaluate the flake. */
  readonly nix: string | undefined;
  readonly abort: AbortSignal;
  readonly tell: (line: string) => void;
};

type Machine = Pick<Ports, "files" | "run" | "env">;

/** From the first download to the last file. */
const timeoutMs = 20 * 60_000;
/** Some ask whether to fetch dependencies: that is for later. */
const answers = "n\n";

/**
 * Makes the application: in the profile's own shell where Nix can enter it, else with the `mix` on
 * PATH. Throws AiRulesError `project/...`.
 */
export async function generate(ports: Machine, generation: Generation): Promise<void> {
  const command = commandOf(generation);
  const inShell = generation.nix && (await runInShell(ports, generation, command));
  generation.abort.throwIfAborted();
  if (inShell && "done" in inShell) return;
  const reason = inShell ? inShell.failed : "Nix cannot be used";
  if (!(await hasTask(ports, generation, command))) throw noGenerator(generation, reason);
  generation.abort.throwIfAborted();
  generation.tell(`running ${shown(generation)} with the mix on PATH`);
  const [file = "", ...args] = command;
  const result = await ports.run({
    file,
    args,
    cwd: generation.workshop,
    env: ports.env,
    abort: generation.abort,
    timeoutMs,
    input: answers,
  });
  generation.abort.throwIfAborted();
  await checkMade(ports, generation, result);
}

/** The generator of a profile. Throws AiRulesError `usage/generator`. */
export function generatorOf({ name, generator }: Profile): NonNullable<Profile["generator"]> {
  if (generator) return generator;
  throw new AiRulesError({
    code: "usage/generator",
    message: `the profile ${name} has no generator`,
    remedy: "leave --generator out: ai-rules makes the application itself",
  });
}

function commandOf({ profile, application, into }: Generation): readonly string[] {
  const { command } = generatorOf(profile);
  return command.map((word) => word.replaceAll("{app}", application).replaceAll("{dir}", into));
}

/** "mix phx.new". */
function shown({ profile }: Generation): string {
  return generatorOf(profile).command.slice(0, 2).join(" ");
}

type ShellRun = { readonly done: true } | { readonly failed: string };

const entered = "ai-rules: in the shell";
/** Of the script below: the archive could not be installed. */
const noArchive = 97;

async function runInShell(
  ports: Machine,
  generation: Generation,
  command: readonly string[],
): Promise<ShellRun> {
  const { files, into, workshop, profile, abort } = generation;
  const shell = join(workshop, "shell");
  await ports.files.makeDirectory(shell, 0o777);
  for (const path of ["flake.nix", "flake.lock"])
    await ports.files.writeAtomically(join(shell, path), files.get(path) ?? "", 0o666);
  const { archive } = generatorOf(profile);
  const script = [
    `echo '${entered}'`,
    `mix help ${command[1]} >/dev/null 2>&1 ||`,
    `  { mix local.hex --force --if-missing && mix archive.install --force hex ${archive}; } >&2 || exit ${noArchive}`,
    'exec "$@"',
  ].join("\n");
  generation.tell(`running ${shown(generation)} in the shell of the flake`);
  const result = await ports.run({
    file: generation.nix ?? "nix",
    args: [
      "--extra-experimental-features",
      "nix-command flakes",
      "develop",
      `path:${shell}`,
      "--command",
      "bash",
      "-c",
      script,
      "generate",
      ...command,
    ],
    cwd: shell,
    env: ports.env,
    abort,
    timeoutMs,
    input: answers,
  });
  if (!result.stdout.includes(entered)) return { failed: nixFailure(result) };
  if (result.exit.code === noArchive) return { failed: `${archive} could not be installed` };
  await checkMade(ports, generation, result);
  // What was installed for the generator serves the project as well.
  for (const name of [".nix-mix", ".nix-hex"])
    if (await ports.files.status(join(shell, name)))
      await ports.files.rename(join(shell, name), join(into, name));
  return { done: true };
}

function nixFailure({ stderr }: CommandResult): string {
  const { what, id } = classify(stderr);
  return `Nix cannot enter its shell (${what === "" ? id : what})`;
}

async function hasTask(
  ports: Machine,
  { abort, workshop }: Generation,
  [file = "", task = ""]: readonly string[],
): Promise<boolean> {
  const { end, exit } = await ports.run({
    file,
    args: ["help", task],
    cwd: workshop,
    env: ports.env,
    abort,
    timeoutMs: 60_000,
  });
  return end === "exited" && exit.code === 0;
}

async function checkMade(
  ports: Machine,
  generation: Generation,
  result: CommandResult,
): Promise<void> {
  const isMade = (await ports.files.status(join(generation.into, "mix.exs"))) !== undefined;
  if (result.end === "exited" && result.exit.code === 0 && isMade) return;
  const said = printableLines(`${result.stdout}\n${result.stderr}`).filter((line) => line !== "");
  const why = said.findLast((line) => /\*\*|error/i.test(line)) ?? said.at(-1) ?? result.end;
  throw new AiRulesError({
    code: "project/generator-failed",
    message: `${shown(generation)} failed: ${why}`,
    remedy: "run it by hand to see more, or leave --generator out",
    detail: said.join("\n"),
  });
}

function noGenerator(generation: Generation, reason: string): AiRulesError {
  const { archive } = generatorOf(generation.profile);
  return new AiRulesError({
    code: "project/no-generator",
    message: `${shown(generation)} is not there: ${reason}, and the mix on PATH has no such task`,
    remedy: `install it: \`mix archive.install hex ${archive}\`, or leave --generator out`,
  });
}
