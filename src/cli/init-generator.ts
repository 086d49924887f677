/** Runs a generator of a profile (`mix phx.new`) where nobody sees yet what it makes. */
import { join } from "node:path";
import { AiRulesError } from "../core/error.ts";
import { nearestName } from "../core/nearest-name.ts";
import { printable, printableLines } from "../core/text.ts";
import { classify } from "../nix/classify.ts";
import { withFlakes } from "../nix/command-options.ts";
import type { CommandResult, Ports } from "../platform/ports.ts";
import type { Generator, MixTask, Profile, ProfileFiles } from "../profiles/profile.ts";

export type Generation = {
  readonly generator: Generator;
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
const timeoutMs = 40 * 60_000;
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
  const missing = await missingTasks(ports, generation);
  if (missing.length > 0) throw noGenerator(missing, reason);
  if (generation.generator.fetches) await layGround(ports, generation);
  generation.abort.throwIfAborted();
  generation.tell(`running ${shown(generation)} with the mix on PATH${patience(generation)}`);
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

/** The generator of a profile with a name, or its first. Throws AiRulesError `usage/generator`. */
export function generatorOf(
  { name, generators }: Pick<Profile, "name" | "generators">,
  wanted: string,
): Generator {
  const found = generators.find((each) => wanted === "" || each.name === wanted);
  if (found) return found;
  const names = generators.map((each) => each.name);
  const near = nearestName(wanted, names);
  throw new AiRulesError({
    code: "usage/generator",
    message: `the profile ${name} has no generator ${printable(wanted)}`,
    remedy: near
      ? `did you mean --generator=${near}?`
      : `take one of these: ${names.map((each) => `--generator=${each}`).join(", ")}`,
  });
}

function commandOf({ generator, application, into }: Generation): readonly string[] {
  return generator.command.map((word) =>
    word.replaceAll("{app}", application).replaceAll("{dir}", into),
  );
}

/** "mix phx.new". */
function shown({ generator }: Pick<Generation, "generator">): string {
  return generator.command.slice(0, 2).join(" ");
}

function patience({ generator }: Generation): string {
  return generator.fetches ? "; it compiles libraries, which takes minutes" : "";
}

type ShellRun = { readonly done: true } | { readonly failed: string };

const entered = "ai-rules: in the shell";
/** Of the script below: an archive, Hex or rebar3 could not be installed; its last line says which. */
const notInstalled = 97;

async function runInShell(
  ports: Machine,
  generation: Generation,
  command: readonly string[],
): Promise<ShellRun> {
  const { files, into, workshop, generator, abort } = generation;
  const shell = join(workshop, "shell");
  await ports.files.makeDirectory(shell, 0o777);
  for (const path of ["flake.nix", "flake.lock"])
    await ports.files.writeAtomically(join(shell, path), files.get(path) ?? "", 0o666);
  const script = [
    `echo '${entered}'`,
    `lacks() { echo "$1"; exit ${notInstalled}; }`,
    ...(generator.fetches ? [`${groundwork} >&2 || lacks 'Hex or rebar3'`] : []),
    ...generator.tasks.flatMap(({ name, archive }) => [
      `mix help ${name} >/dev/null 2>&1 ||`,
      `  { mix local.hex --force --if-missing && mix archive.install --force hex ${archive}; } >&2 ||`,
      `  lacks ${archive}`,
    ]),
    'exec "$@"',
  ].join("\n");
  generation.tell(`running ${shown(generation)} in the shell of the flake${patience(generation)}`);
  const result = await ports.run({
    file: generation.nix ?? "nix",
    args: [
      ...withFlakes,
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
  if (result.exit.code === notInstalled) {
    const lacking = printableLines(result.stdout).findLast((line) => line !== "");
    return { failed: `${lacking} could not be installed there` };
  }
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

/**
 * Mix asks for them in the middle of its work, and in a program that another one has started it then
 * waits for an answer that never comes. With MIX_REBAR3 there is a rebar3, whatever Mix has of its own.
 */
const groundwork =
  '{ mix local.hex --force --if-missing && { [ -n "$MIX_REBAR3" ] || mix local.rebar --force --if-missing; }; }';

/** What a generator needs that fetches libraries, for the mix on PATH. Throws AiRulesError `project/no-generator`. */
async function layGround(ports: Machine, { abort, workshop, generator }: Generation) {
  const { end, exit } = await ports.run({
    file: "sh",
    args: ["-c", groundwork],
    cwd: workshop,
    env: ports.env,
    abort,
    timeoutMs,
    input: answers,
  });
  abort.throwIfAborted();
  if (end === "exited" && exit.code === 0) return;
  throw new AiRulesError({
    code: "project/no-generator",
    message: `${shown({ generator })} fetches libraries, and Hex or rebar3 could not be installed for it`,
    remedy:
      "install them: `mix local.hex --force && mix local.rebar --force`, or leave --generator out",
  });
}

async function missingTasks(
  ports: Machine,
  { abort, workshop, generator }: Generation,
): Promise<readonly MixTask[]> {
  const missing: MixTask[] = [];
  for (const task of generator.tasks) {
    const { end, exit } = await ports.run({
      file: "mix",
      args: ["help", task.name],
      cwd: workshop,
      env: ports.env,
      abort,
      timeoutMs: 60_000,
    });
    abort.throwIfAborted();
    if (end !== "exited" || exit.code !== 0) missing.push(task);
  }
  return missing;
}

async function checkMade(
  ports: Machine,
  generation: Generation,
  result: CommandResult,
): Promise<void> {
  const isMade = (await ports.files.status(join(generation.into, "mix.exs"))) !== undefined;
  if (result.end === "exited" && result.exit.code === 0 && isMade) return;
  const said = printableLines(`${result.stdout}\n${result.stderr}`).filter((line) => line !== "");
  // Where Mix itself falls, Erlang says more, and less plainly, after the error.
  const why =
    said.findLast((line) => /^\s*\*\* \(/.test(line)) ??
    said.findLast((line) => /\*\*|error/i.test(line)) ??
    said.at(-1) ??
    result.end;
  throw new AiRulesError({
    code: "project/generator-failed",
    message: `${shown(generation)} failed: ${why.trim()}`,
    remedy: "run it by hand to see more, or leave --generator out",
    detail: said.join("\n"),
  });
}

function noGenerator(missing: readonly MixTask[], reason: string): AiRulesError {
  const tasks = missing.map(({ name }) => `mix ${name}`).join(" and no ");
  const install = missing.map(({ archive }) => `mix archive.install hex ${archive}`).join(" && ");
  return new AiRulesError({
    code: "project/no-generator",
    message: `there is no ${tasks}: ${reason}, and the mix on PATH has no such task`,
    remedy: `install it: \`${install}\`, or leave --generator out`,
  });
}
