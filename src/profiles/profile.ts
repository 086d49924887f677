/**
 * A profile is what a project of one kind needs: a flake, instructions for its agents, their modes,
 * skills and settings. Its files lie in `profiles/NAME` of the installation as they land in a
 * project; only `profile.json`, which says what the profile is, stays behind.
 */
import { join } from "node:path";
import { AiRulesError } from "../core/error.ts";
import type { ByMode } from "../core/mode.ts";
import type { Ports } from "../platform/ports.ts";

export const profileNames = ["universal", "phoenix-ash", "nerves"] as const;

export type ProfileName = (typeof profileNames)[number];

/** The generators that a profile may have: the tasks `phx.new`, `nerves.new` and `igniter.new` of Mix. */
export const generatorNames = ["phx", "nerves", "igniter"] as const;

type GeneratorName = (typeof generatorNames)[number];

/** The runtimes for which a profile names a model. */
export const modelRuntimes = ["ollama", "lmstudio", "mlx"] as const;

export type ModelRuntime = (typeof modelRuntimes)[number];

export type Profile = {
  readonly name: ProfileName;
  /** Raised when its files change in a way that projects should get. */
  readonly version: number;
  readonly title: string;
  /** What it is for, in one sentence. */
  readonly description: string;
  readonly recognise: {
    /** Mix dependencies that give a project of this kind away. */
    readonly dependencies: readonly string[];
  };
  readonly shells: {
    /** The one that `nix develop` enters when none is named. */
    readonly default: string;
    /** All that the flake has. */
    readonly names: readonly string[];
  };
  readonly modes: ByMode<ProfileMode>;
  /** The machine the models were chosen for, and the arithmetic. */
  readonly fit: ProfileFit;
  /** What a new application depends on. */
  readonly dependencies: readonly ProfileDependency[];
  /** What makes a new application; the first one is meant where none is named. */
  readonly generators: readonly Generator[];
};

export type Generator = {
  readonly name: GeneratorName;
  /** `mix` and a task; `{app}` stands for the application's name, `{dir}` for its directory. */
  readonly command: readonly string[];
  /** The tasks of Mix that it runs. */
  readonly tasks: readonly MixTask[];
  /** It fetches and compiles libraries: Hex and rebar3 have to be there. */
  readonly fetches?: true;
};

export type MixTask = {
  /** "phx.new" */
  readonly name: string;
  /** The Mix archive that has it: `mix archive.install hex NAME`. */
  readonly archive: string;
};

export type ProfileMode = {
  readonly models: Readonly<Record<ModelRuntime, string>>;
  readonly temperature: number;
  /** What the agent may do, in words. */
  readonly permissions: string;
  /** Path of its prompt, from the project's root. */
  readonly prompt: string;
};

export type ProfileDependency = {
  readonly name: string;
  /** As in mix.exs: "~> 1.8". */
  readonly requirement: string;
  /** Further options as they stand in mix.exs: "only: [:dev, :test], runtime: false". */
  readonly options?: string;
};

export type ProfileFit = {
  readonly machine: string;
  readonly memory: string;
  /** What models may take of it. */
  readonly budget: string;
  readonly why: string;
  readonly models: Readonly<Record<ModelRuntime, ModelArithmetic>>;
};

/** What a chosen model takes of the memory; sizes in bytes. */
export type ModelArithmetic = {
  readonly name: string;
  readonly weights: number;
  readonly layers: number;
  readonly kvHeads: number;
  /** Values of a key, and as many of a value, of one head. */
  readonly headDimension: number;
  readonly context: number;
  /** Weights, the keys and values of the context, what computing takes, the reserve. */
  readonly need: number;
};

/** The files of a profile as they land in a project: relative path with `/` -> text. */
export type ProfileFiles = ReadonlyMap<string, string>;

export type LoadedProfile = { readonly profile: Profile; readonly files: ProfileFiles };

/** Reads a profile of this installation. Throws AiRulesError `profile/missing`, `profile/invalid`. */
export async function loadProfile(
  ports: Pick<Ports, "files" | "host">,
  name: ProfileName,
): Promise<LoadedProfile> {
  const directory = join(ports.host.installation, "profiles", name);
  const paths = await filesBelow(ports, directory);
  const texts = await Promise.all(paths.map((path) => ports.files.readText(join(directory, path))));
  const all = new Map<string, string>();
  for (const [index, path] of paths.entries()) all.set(path, texts[index] ?? "");
  const about = all.get(aboutName);
  if (about === undefined) throw missing(name, directory);
  all.delete(aboutName);
  // Zod takes tens of milliseconds to load: only who reads a profile pays for it.
  const { parseProfile } = await import("./profile-schema.ts");
  const profile = parseProfile({ file: join(directory, aboutName), text: about });
  return { profile, files: withIgnoreFile(all) };
}

const aboutName = "profile.json";

/** npm unpacks a package's `.gitignore` under another name. */
function withIgnoreFile(all: Map<string, string>): ProfileFiles {
  const renamed = all.get(".npmignore");
  if (renamed === undefined) return all;
  all.delete(".npmignore");
  if (!all.has(".gitignore")) all.set(".gitignore", renamed);
  return all;
}

/** Paths from `directory`, in order. */
async function filesBelow(
  ports: Pick<Ports, "files">,
  directory: string,
  prefix = "",
): Promise<readonly string[]> {
  const names = (await ports.files.list(join(directory, prefix))).toSorted();
  const nested = names.map(async (name) => {
    const path = `${prefix}${name}`;
    const found = await ports.files.status(join(directory, path));
    return found?.kind === "directory" ? filesBelow(ports, directory, `${path}/`) : [path];
  });
  return (await Promise.all(nested)).flat();
}

function missing(name: ProfileName, directory: string): AiRulesError {
  return new AiRulesError({
    code: "profile/missing",
    message: `the profile ${name} is not in this installation`,
    remedy: `install ai-rules anew: ${join(directory, aboutName)} should be there`,
  });
}
