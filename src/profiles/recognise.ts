/** What kind of project a directory holds, judged by its files alone: nothing in it is run. */
import { join } from "node:path";
import { printable } from "../core/text.ts";
import type { Files, Ports } from "../platform/ports.ts";
import { chooseShell } from "./choose-shell.ts";
import { findToolVersions } from "./find-tool-versions.ts";
import { type FoundMixFile, findMixFiles } from "./mix-files.ts";
import { loadProfile, type ProfileName } from "./profile.ts";
import { readProjectFile } from "./read-project-file.ts";
import { type ProfileTraits, suggestProfile } from "./suggest-profile.ts";
import type { ToolVersions } from "./tool-versions.ts";

export type ProjectKind = {
  /** Nothing is there, or only what git and editors put there. */
  readonly empty: boolean;
  /** The application in mix.exs. */
  readonly application?: string;
  readonly umbrella: boolean;
  /** Names of Mix dependencies, those of an umbrella's applications too. */
  readonly dependencies: readonly string[];
  readonly suggested: ProfileName;
  /** Why, after "because": "mix.exs depends on phoenix and ash". */
  readonly because: string;
  /** "ours" came from a profile; "own" is any other. */
  readonly flake: "none" | "ours" | "own";
  readonly toolVersions?: ToolVersions & { readonly file: string };
  /** The shell for the Elixir that the project is built with, where the default will not do or is asked for. */
  readonly shell?: { readonly name: string; readonly because: string };
  /** An earlier setup left its settings for MLX: a file of that name. */
  readonly mlxConfig?: string;
  /** What a person should know besides. */
  readonly notes: readonly string[];
};

/** Looks at a directory, which need not be there. Throws what `loadProfile` throws. */
export async function recognise(
  ports: Pick<Ports, "files" | "host">,
  root: string,
): Promise<ProjectKind> {
  const [universal, phoenixAsh, nerves] = await Promise.all([
    loadProfile(ports, "universal"),
    loadProfile(ports, "phoenix-ash"),
    loadProfile(ports, "nerves"),
  ]);
  const profiles = {
    universal: universal.profile,
    "phoenix-ash": phoenixAsh.profile,
    nerves: nerves.profile,
  };
  return recogniseAs(ports.files, { root, profiles });
}

/** Looks at a directory as one that could be of these profiles. */
async function recogniseAs(
  files: Files,
  { root, profiles }: { readonly root: string; readonly profiles: ProfileTraits },
): Promise<ProjectKind> {
  const [names, mix, flake, tools, mlx] = await Promise.all([
    entries(files, root),
    findMixFiles({ files, root }),
    readProjectFile(files, root, "flake.nix"),
    findToolVersions(files, root),
    files.status(join(root, mlxConfig)).catch(() => undefined),
  ]);
  const all = mix.own ? [mix.own, ...mix.others] : mix.others;
  const isEmpty = names?.length === 0;
  const suggestion = suggestProfile(mix, { isEmpty, profiles });
  const toolVersions = tools.found ? { toolVersions: tools.found } : {};
  const choice = chooseShell(
    { ...toolVersions, requirements: all.flatMap(requirementOf) },
    profiles[suggestion.name].shells,
  );
  const dependencies = [...new Set(all.flatMap((each) => each.dependencies))];
  return {
    empty: isEmpty,
    ...(mix.own?.application === undefined ? {} : { application: mix.own.application }),
    umbrella: mix.own?.appsPath !== undefined,
    dependencies,
    suggested: suggestion.name,
    because: suggestion.because,
    flake: flakeKind(flake),
    ...toolVersions,
    ...(choice.shell ? { shell: choice.shell } : {}),
    ...(mlx?.kind === "file" ? { mlxConfig } : {}),
    notes: [
      ...(names ? [] : [`${printable(root)} cannot be listed`]),
      ...mix.notes,
      ...(flake.note === undefined ? [] : [flake.note]),
      ...tools.notes,
      ...choice.notes,
      ...suggestion.notes,
    ],
  };
}

const mlxConfig = "mlx_gpu_config.yml";

/** What git, other version control, editors and file managers leave in a directory without a project. */
const noProject =
  /^(?:\.git|\.hg|\.jj|\.svn|\.idea|\.vscode|\.zed|\.vim|\.DS_Store|\.directory|Thumbs\.db|desktop\.ini|.*\.code-workspace|.*\.sw[a-p]|\.#.*|.*~)$/u;

/** What is there of a project; undefined when nobody can see. */
async function entries(files: Files, root: string): Promise<readonly string[] | undefined> {
  try {
    return (await files.list(root)).filter((name) => !noProject.test(name));
  } catch {
    return undefined;
  }
}

function requirementOf({ file, elixir }: FoundMixFile) {
  return elixir === undefined ? [] : [{ file, requirement: elixir }];
}

/** The hook of every profile's flake, and the line below which they are alike. */
const marks = [
  /^[^#\n]*\bAI_RULES_PROFILE=/mu,
  /^\s*# From here on all profiles are the same\.$/mu,
];

function flakeKind({
  text,
  note,
}: {
  readonly text?: string;
  readonly note?: string;
}): ProjectKind["flake"] {
  if (text === undefined) return note === undefined ? "none" : "own";
  return marks.every((mark) => mark.test(text)) ? "ours" : "own";
}
