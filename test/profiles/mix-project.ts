import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createPorts } from "../../src/platform/real-ports.ts";
import { newApplication } from "../../src/profiles/new-application.ts";
import { loadProfile, type ProfileName } from "../../src/profiles/profile.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";

export type MixRun = { readonly code: number; readonly stdout: string; readonly stderr: string };

export type MixProject = {
  readonly root: string;
  /** Mix's home, in which archives are. */
  readonly mixHome: string;
  /** The names of the profile's libraries. */
  readonly libraries: readonly string[];
  /** Those of them that are compiled for development on this machine: not for tests or boards alone. */
  readonly ownLibraries: readonly string[];
  readonly mix: (
    args: readonly string[],
    variables?: Readonly<Record<string, string>>,
  ) => Promise<MixRun>;
};

/** A new application in a directory and with a home of its own, both removed when the test ends. */
export async function newMixProject(name: ProfileName, app = "demo"): Promise<MixProject> {
  const directory = await temporaryDirectory();
  const root = join(directory, app);
  const { profile } = await loadProfile(createPorts(), name);
  for (const [path, text] of newApplication({ app, profile })) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  const mixHome = join(directory, "mix");
  return {
    root,
    mixHome,
    libraries: profile.dependencies.map((dependency) => dependency.name),
    ownLibraries: profile.dependencies
      .filter(({ options = "" }) => !/only: :test|targets:/.test(options))
      .map((dependency) => dependency.name),
    mix: (args, variables = {}) => runMix(args, { cwd: root, home: directory, mixHome, variables }),
  };
}

type Where = {
  readonly cwd: string;
  readonly home: string;
  readonly mixHome: string;
  readonly variables?: Readonly<Record<string, string>>;
};

/** Runs mix with nothing of the environment but PATH. */
export function runMix(
  args: readonly string[],
  { cwd, home, mixHome, variables = {} }: Where,
): Promise<MixRun> {
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: home,
    MIX_HOME: mixHome,
    HEX_HOME: join(home, "hex"),
    LANG: "C.UTF-8",
    ...variables,
  };
  return new Promise((resolve) => {
    const child = execFile("mix", args, { cwd, env }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr });
    });
    // What asks a question gets no answer.
    child.stdin?.end();
  });
}
