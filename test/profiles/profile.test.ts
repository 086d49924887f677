import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { AiRulesError, type Problem } from "../../src/core/error.ts";
import type { Ports } from "../../src/platform/ports.ts";
import { createPorts } from "../../src/platform/real-ports.ts";
import { loadProfile, profileNames } from "../../src/profiles/profile.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";

const real = createPorts();
const profiles = resolve(import.meta.dirname, "../../profiles");

describe.each(profileNames)("the profile %s", (name) => {
  it("is what it says of itself, and every other file of its folder lands in a project", async () => {
    const { profile, files } = await loadProfile(real, name);

    expect(profile.name).toBe(name);
    expect([...files.keys()].toSorted()).toEqual(await filesOf(name));
    for (const [path, text] of files)
      expect(text).toBe(await readFile(join(profiles, name, path), "utf8"));
  });
});

describe("loading a profile", () => {
  it("takes .npmignore for the .gitignore that npm renamed", async () => {
    const { ports, folder } = await installation();
    await writeFile(join(folder, ".gitignore"), "/_build/\n");
    await rename(join(folder, ".gitignore"), join(folder, ".npmignore"));

    const { files } = await loadProfile(ports, "universal");

    expect(files.get(".gitignore")).toBe("/_build/\n");
    expect(files.has(".npmignore")).toBe(false);
  });

  it("takes .gitignore where both are there", async () => {
    const { ports, folder } = await installation();
    await writeFile(join(folder, ".gitignore"), "ours\n");
    await writeFile(join(folder, ".npmignore"), "npm's\n");

    const { files } = await loadProfile(ports, "universal");

    expect(files.get(".gitignore")).toBe("ours\n");
    expect(files.has(".npmignore")).toBe(false);
  });

  it("says where a profile should be that is not there", async () => {
    const { ports, folder } = await installation();
    await rm(folder, { recursive: true });

    const problem = await problemOf(loadProfile(ports, "universal"));

    expect(problem).toMatchObject({
      code: "profile/missing",
      message: "the profile universal is not in this installation",
    });
    expect(problem.remedy).toContain(join(folder, "profile.json"));
  });

  it("names all that is wrong with profile.json", async () => {
    const { ports, folder } = await installation();
    const about = JSON.parse(await readFile(join(folder, "profile.json"), "utf8"));
    about.colour = "red";
    about.version = 0;
    about.modes.plan.prompt = "/etc/passwd";
    about.shells.default = "elixir_2";
    await writeFile(join(folder, "profile.json"), JSON.stringify(about));

    const problem = await problemOf(loadProfile(ports, "universal"));

    expect(problem.code).toBe("profile/invalid");
    for (const part of [
      "colour",
      "version",
      "modes.plan.prompt",
      "expected the default among the names",
    ])
      expect(problem.detail).toContain(part);
  });

  it("says that profile.json is no JSON", async () => {
    const { ports, folder } = await installation();
    await writeFile(join(folder, "profile.json"), "{ name: 1");

    const problem = await problemOf(loadProfile(ports, "universal"));

    expect(problem.code).toBe("profile/invalid");
    expect(problem.detail).toContain("JSON");
  });
});

/** Paths of all files that lie in a profile's folder, without what says of itself. */
async function filesOf(name: string): Promise<readonly string[]> {
  const entries = await readdir(join(profiles, name), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(profiles, name, "/").length))
    .filter((path) => path !== "profile.json")
    .toSorted();
}

/** An installation with the universal profile alone. */
async function installation(): Promise<{
  readonly ports: Pick<Ports, "files" | "host">;
  readonly folder: string;
}> {
  const directory = await temporaryDirectory();
  const folder = join(directory, "profiles", "universal");
  await mkdir(folder, { recursive: true });
  await cp(join(profiles, "universal", "profile.json"), join(folder, "profile.json"));
  return { ports: { ...real, host: { ...real.host, installation: directory } }, folder };
}

async function problemOf(deed: Promise<unknown>): Promise<Problem> {
  const error: unknown = await deed.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof AiRulesError) return error.problem;
  throw new Error(`expected an AiRulesError, got ${String(error)}`);
}
