/** Which profile a project is of, judged by its dependencies. */
import type { FoundMixFile, MixFiles } from "./mix-files.ts";
import type { Profile, ProfileName } from "./profile.ts";

/** The part of the profiles by which a project is told. */
export type ProfileTraits = Readonly<Record<ProfileName, Pick<Profile, "recognise" | "shells">>>;

export type Suggestion = {
  readonly name: ProfileName;
  /** Why, after "because". */
  readonly because: string;
  readonly notes: readonly string[];
};

/** The narrower first: a firmware may have a Phoenix application in it, and needs its tools all the same. */
const byNarrowness = ["nerves", "phoenix-ash"] as const;

/** The narrowest profile that a dependency speaks for; `universal` is for all others. */
export function suggestProfile(
  mix: MixFiles,
  { isEmpty, profiles }: { readonly isEmpty: boolean; readonly profiles: ProfileTraits },
): Suggestion {
  const all = mix.own ? [mix.own, ...mix.others] : mix.others;
  const reasons = byNarrowness.flatMap((name) => {
    const because = reasonFor(name, { all, profiles });
    return because === undefined ? [] : [{ name, because }];
  });
  const [first, second] = reasons;
  if (first)
    return {
      ...first,
      notes: second ? [`the profile ${second.name} fits, too: ${second.because}`] : [],
    };
  const because = isEmpty ? "the directory is empty" : whyUsual(mix, all);
  return { name: "universal", because, notes: databaseNotes(all) };
}

/** The dependencies that give a profile away, a clause a file. */
function reasonFor(
  name: ProfileName,
  { all, profiles }: { readonly all: readonly FoundMixFile[]; readonly profiles: ProfileTraits },
): string | undefined {
  const telling = new Set(profiles[name].recognise.dependencies);
  const clauses = all.flatMap(({ file, dependencies }) => {
    const names = dependencies.filter((dependency) => telling.has(dependency));
    return names.length > 0 ? [`${file} depends on ${inWords(names)}`] : [];
  });
  if (clauses.length > 0) return shortened(clauses);
  const withTargets = name === "nerves" ? all.find(({ hasTargets }) => hasTargets) : undefined;
  return withTargets && `${withTargets.file} lists the targets of a firmware (@all_targets)`;
}

/** An umbrella may say the same in twenty applications. */
function shortened(clauses: readonly string[]): string {
  const more = clauses.length - 2;
  return more > 0 ? `${clauses.slice(0, 2).join(", ")}, and ${more} more` : inWords(clauses);
}

function whyUsual({ own, notes }: MixFiles, all: readonly FoundMixFile[]): string {
  const [first] = all;
  if (!first) return notes.length > 0 ? "no mix.exs can be read" : "there is no mix.exs";
  const isSilent = own && all.length === 1 && own.dependencies.length === 0 && !own.application;
  if (isSilent) return "mix.exs names neither an application nor dependencies that can be read";
  const which = all.length === 1 ? first.file : `none of the ${all.length} mix.exs`;
  const what = all.length === 1 ? "nothing" : "anything";
  return `${which} depends on ${what} that ${byNarrowness.join(" or ")} is for`;
}

function databaseNotes(all: readonly FoundMixFile[]): readonly string[] {
  const usesPostgres = all.some(({ dependencies }) => dependencies.includes("postgrex"));
  return usesPostgres ? ["postgrex needs a server: the shell has one, started with db-start"] : [];
}

function inWords(names: readonly string[]): string {
  return names.length < 2
    ? names.join("")
    : `${names.slice(0, -1).join(", ")} and ${names.at(-1) ?? ""}`;
}
