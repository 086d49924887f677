/** What `ai-rules init` is asked to do, read from its arguments. */
import { basename, resolve } from "node:path";
import { AiRulesError } from "../core/error.ts";
import { nearestName } from "../core/nearest-name.ts";
import { printable } from "../core/text.ts";
import type { Files } from "../platform/ports.ts";
import { type Profile, type ProfileName, profileNames } from "../profiles/profile.ts";
import type { OptionValues } from "./arguments.ts";

export type InitRequest = {
  /** Absolute. */
  readonly directory: string;
  /** The same as it was typed. */
  readonly typed?: string;
  readonly profile: ProfileName | undefined;
  readonly shell: string | undefined;
  readonly connect: "input" | "copy" | undefined;
  /** Of ai-rules as an input of a flake. */
  readonly url: string;
  readonly update: boolean;
  /** What makes the application: a name, "" for the profile's first, undefined for ai-rules itself. */
  readonly generator: string | undefined;
  readonly yes: boolean;
  readonly json: boolean;
  /** Nothing is written: a dry run, or a report that nobody agreed to. */
  readonly looksOnly: boolean;
};

const defaultUrl = "github:ai-rules/ai-rules";

/** Throws AiRulesError `usage/...`. */
export async function readInitRequest(
  files: Files,
  given: { readonly arguments: readonly string[]; readonly options: OptionValues },
  cwd: string,
): Promise<InitRequest> {
  const { options } = given;
  const base = resolve(cwd, options.cwd ?? "");
  const place = await readPlace(files, given.arguments, base);
  const json = options.json === true;
  const yes = options.yes === true;
  return {
    ...place,
    shell: options.shell,
    connect: readWay(options.connect),
    url: options.input ?? defaultUrl,
    update: options.update === true,
    generator: options.generator,
    yes,
    json,
    looksOnly: options["dry-run"] === true || (json && !yes),
  };
}

type Place = Pick<InitRequest, "directory" | "typed" | "profile">;

async function readPlace(
  files: Files,
  [first, second]: readonly string[],
  base: string,
): Promise<Place> {
  if (first === undefined) return { directory: base, profile: undefined };
  const directory = resolve(base, first);
  if (second !== undefined) return { directory, typed: first, profile: readProfile(second, first) };
  const isThere = (await files.status(directory).catch(() => undefined)) !== undefined;
  if (isThere) return { directory, profile: undefined };
  const profile = profileOf(first);
  if (profile) return { directory: base, profile };
  const near = nearestName(first, profileNames);
  if (near === undefined) return { directory, typed: first, profile: undefined };
  throw new AiRulesError({
    code: "usage/profile",
    message: `${printable(first)} is neither a directory here nor a profile`,
    remedy: `did you mean ${near}? A new application of that name: \`ai-rules init ${printable(first)} universal\``,
  });
}

function profileOf(name: string): ProfileName | undefined {
  return profileNames.find((each) => each === name);
}

function readProfile(name: string, directory: string): ProfileName {
  const profile = profileOf(name);
  if (profile) return profile;
  const near = nearestName(name, profileNames);
  const swapped = profileOf(directory) && `\`ai-rules init ${printable(name)} ${directory}\``;
  throw new AiRulesError({
    code: "usage/profile",
    message: `there is no profile ${printable(name)}`,
    remedy:
      (swapped ?? near)
        ? `did you mean ${swapped ?? near}?`
        : `take one of these: ${profileNames.join(", ")}`,
  });
}

function readWay(way: string | undefined): InitRequest["connect"] {
  if (way === undefined || way === "input" || way === "copy") return way;
  throw new AiRulesError({
    code: "usage/connect",
    message: `--connect does not know "${printable(way)}"`,
    remedy: "say --connect input or --connect copy",
  });
}

/** Refuses a shell that the profile's flake does not have. Throws AiRulesError `usage/shell`. */
export function checkShell(shell: string | undefined, { name, shells }: Profile): void {
  if (shell === undefined || shells.names.includes(shell)) return;
  const near = nearestName(shell, shells.names);
  throw new AiRulesError({
    code: "usage/shell",
    message: `the profile ${name} has no shell ${printable(shell)}`,
    remedy: near ? `did you mean ${near}?` : `take one of these: ${shells.names.join(", ")}`,
  });
}

/** What people call a directory. */
export function titleOf(directory: string): string {
  return printable(basename(directory) || directory);
}
