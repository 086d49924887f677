/** The package as npm makes and unpacks it: npm leaves some files out and gives others a new name. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPorts } from "../../src/platform/real-ports.ts";
import { loadProfile, profileNames } from "../../src/profiles/profile.ts";

const run = promisify(execFile);
const repository = resolve(import.meta.dirname, "../..");
const real = createPorts();

describe("a package that was packed and installed", () => {
  let directory: string;
  let installation: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(await realpath(tmpdir()), "ai-rules-package-"));
    installation = await install(await pack(directory), directory);
  });

  afterAll(() => rm(directory, { recursive: true, force: true }));

  it.each(profileNames)("has every file of the profile %s", async (name) => {
    const here = await loadProfile(real, name);

    const there = await loadProfile({ ...real, host: { ...real.host, installation } }, name);

    expect(there.profile).toEqual(here.profile);
    expect(Object.fromEntries(there.files)).toEqual(Object.fromEntries(here.files));
  });
});

/** Packs this repository; the package then depends on nothing, so that no registry is asked. */
async function pack(directory: string): Promise<string> {
  const options = { cwd: repository, env: environment(directory) };
  const args = ["pack", "--ignore-scripts", "--json", "--pack-destination", directory];
  const { stdout } = await run("npm", args, options);
  const archive = join(directory, String(JSON.parse(stdout)[0].filename));
  await run("tar", ["-xzf", archive, "-C", directory]);
  const manifest = join(directory, "package", "package.json");
  const { dependencies: _, ...rest } = JSON.parse(await readFile(manifest, "utf8"));
  await writeFile(manifest, JSON.stringify(rest));
  await run("tar", ["-czf", archive, "-C", directory, "package"]);
  return archive;
}

async function install(archive: string, directory: string): Promise<string> {
  const project = join(directory, "project");
  await mkdir(project);
  await writeFile(join(project, "package.json"), "{}\n");
  const args = ["install", "--offline", "--ignore-scripts", "--omit=dev", "--no-audit", archive];
  await run("npm", args, { cwd: project, env: environment(directory) });
  return join(project, "node_modules", "ai-rules");
}

/** npm with a home and a cache of its own. */
function environment(directory: string): NodeJS.ProcessEnv {
  return { ...process.env, HOME: directory, npm_config_cache: join(directory, "cache") };
}
