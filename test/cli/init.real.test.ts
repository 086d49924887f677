/** What `ai-rules init` makes, used as it is meant to be: with real Nix, Git, direnv and Mix. */
import { execFileSync } from "node:child_process";
import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { generate } from "../../src/cli/init-generator.ts";
import type { CommandResult } from "../../src/platform/ports.ts";
import { loadProfile, profileNames } from "../../src/profiles/profile.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";
import { lockOnFixture } from "../nix/flake-project.ts";
import { createNixMachine, flakeWith, type NixMachine } from "../nix/nix-machine.ts";
import { type NixProgram, nixPrograms } from "../nix/nix-programs.ts";
import { runMix } from "../profiles/mix-project.ts";
import { onPath } from "../profiles/on-path.ts";

const binary = join(import.meta.dirname, "../../bin/ai-rules.js");
const skipMix = !onPath("mix") && !process.env["CI"];

describe.each(nixPrograms)("with $title", (nix: NixProgram) => {
  let machine: NixMachine | undefined;

  afterEach(async () => {
    await machine?.remove();
    machine = undefined;
  });

  async function begin(): Promise<NixMachine> {
    machine = await createNixMachine("elsewhere", nix.file);
    return machine;
  }

  async function run(
    { ports, env, directory }: NixMachine,
    command: readonly string[],
    cwd = directory,
  ): Promise<CommandResult> {
    const [file = "", ...args] = command;
    const flakes = `${env["NIX_CONFIG"]}\nextra-experimental-features = nix-command flakes`;
    const result = await ports.run({ file, args, cwd, env: { ...env, NIX_CONFIG: flakes } });
    if (result.exit.code === 0) return result;
    throw new Error(`${command.join(" ")}\n${result.stdout}${result.stderr}`);
  }

  describe.skipIf(nix.skip).each(profileNames)("a new application of %s", (profile) => {
    it("has a shell as soon as it is there, which Git lets Nix see", async () => {
      const here = await begin();
      await run(here, [process.execPath, binary, "init", "demo", profile]);
      const root = join(here.directory, "demo");
      await lockOnFixture({ ...here, root });

      const script = "echo $AI_RULES_PROFILE $AI_RULES_SHELL";
      const { stdout } = await run(here, ["nix", "develop", "-c", "bash", "-c", script], root);

      expect(stdout).toBe(`${profile} elixir_1_17\n`);
      const again = await run(here, [process.execPath, binary, "init"], root);
      expect(again.stdout).toContain("nothing to do");
    });

    it.skipIf(skipMix)("compiles", async () => {
      const here = await begin();
      await run(here, [process.execPath, binary, "init", "demo", profile]);

      const root = join(here.directory, "demo");
      const { stdout } = await run(here, ["mix", "compile", "--warnings-as-errors"], root);

      expect(stdout).toContain("Generated demo app");
      const { stdout: changed } = await run(here, ["git", "status", "--porcelain"], root);
      expect(changed.split("\n").filter((line) => line.startsWith("??"))).toEqual([]);
    });
  });

  describe.skipIf(nix.skip)("a generator", () => {
    /** Knows `phx.new` only after its archive was installed. */
    const mix = `#!/bin/bash
      case "$1" in
        help) [ -e "$MIX_HOME/phx_new" ] ;;
        local.hex) ;;
        archive.install) mkdir -p "$MIX_HOME"; touch "$MIX_HOME/phx_new" ;;
        phx.new) mkdir -p "$2"; echo "$4 by the shell's mix" > "$2/mix.exs" ;;
      esac
    `;

    async function generation(here: NixMachine, flake: string) {
      const { profile } = await loadProfile(here.ports, "phoenix-ash");
      const workshop = join(here.directory, "workshop");
      await mkdir(workshop);
      const told: string[] = [];
      const into = join(workshop, "project");
      const lock = '{ "nodes": { "root": {} }, "root": "root", "version": 7 }';
      const files = new Map([
        ["flake.nix", flake],
        ["flake.lock", lock],
      ]);
      const abort = new AbortController().signal;
      const ports = { ...here.ports, env: here.env };
      const request = { profile, files, into, workshop, abort, application: "demo" };
      await generate(ports, { ...request, nix: "nix", tell: (line) => void told.push(line) });
      return { into, told };
    }

    it("runs in the shell of the flake, with its archive installed there first", async () => {
      const here = await begin();
      const bin = join(here.directory, "shell-bin");
      await mkdir(bin);
      await writeFile(join(bin, "mix"), mix);
      await chmod(join(bin, "mix"), 0o755);
      const flake = flakeWith(`export PATH='${bin}':"$PATH" MIX_HOME="$PWD/.nix-mix"`);

      const { into, told } = await generation(here, flake);

      expect(await readFile(join(into, "mix.exs"), "utf8")).toBe("demo by the shell's mix\n");
      expect(await readdir(join(into, ".nix-mix"))).toEqual(["phx_new"]);
      expect(told).toEqual(["running mix phx.new in the shell of the flake"]);
    });

    it("says why the shell cannot be entered, where nothing else has it", async () => {
      const here = await begin();

      await expect(generation(here, "{ outputs = ")).rejects.toThrow(
        /^mix phx\.new is not there: Nix cannot enter its shell \(.*\), and the mix on PATH/,
      );
    });
  });
});

/** A stand-in for the archive `phx_new`: what its task writes is what a Phoenix application begins with. */
const archive: Readonly<Record<string, string>> = {
  "mix.exs": `defmodule PhxNew.MixProject do
  use Mix.Project
  def project, do: [app: :phx_new, version: "9.9.9"]
end
`,
  "lib/phx_new.ex": `defmodule Mix.Tasks.Phx.New do
  @shortdoc "Makes an application"
  @moduledoc "A stand-in."
  use Mix.Task

  def run([directory, "--app", app | _]) do
    if Mix.shell().yes?("Fetch and install dependencies?"), do: raise("nothing is fetched here")
    File.mkdir_p!(Path.join(directory, "lib"))
    File.write!(Path.join(directory, "lib/#{app}.ex"), "defmodule Demo do\nend\n")
    File.write!(Path.join(directory, "AGENTS.md"), "This is a web application.\n")
    File.write!(Path.join(directory, ".gitignore"), "/_build/\n")
    File.write!(Path.join(directory, "mix.exs"), """
    defmodule Demo.MixProject do
      use Mix.Project
      def project, do: [app: :#{app}, version: "0.1.0"]
    end
    """)
  end
end
`,
};

describe.skipIf(skipMix)("a generator, with the real mix on PATH", () => {
  it("makes the application, into which the profile is merged", async () => {
    const home = await temporaryDirectory();
    const [cwd, mixHome] = [join(home, "phx_new"), join(home, "mix")];
    for (const [path, text] of Object.entries(archive)) {
      await mkdir(dirname(join(cwd, path)), { recursive: true });
      await writeFile(join(cwd, path), text);
    }
    await runMix(["archive.build"], { cwd, home, mixHome });
    const built = join(cwd, "phx_new-9.9.9.ez");
    expect(
      await runMix(["archive.install", "--force", built], { cwd, home, mixHome }),
    ).toMatchObject({ code: 0 });
    // A Nix that is too old is not asked for the flake's shell.
    const bin = join(home, "bin");
    await mkdir(bin);
    await writeFile(join(bin, "nix"), "#!/bin/sh\necho 'nix (Nix) 2.8.0'\n");
    await chmod(join(bin, "nix"), 0o755);
    const path = `${bin}:${process.env["PATH"] ?? ""}`;
    const env = { PATH: path, HOME: home, TMPDIR: home, MIX_HOME: mixHome, LANG: "C.UTF-8" };
    const args = [binary, "init", "demo", "phoenix-ash", "--generator"];

    execFileSync(process.execPath, args, { cwd: home, env, stdio: "pipe" });

    const root = join(home, "demo");
    expect(await readFile(join(root, "AGENTS.md"), "utf8")).toMatch(
      /^This is a web application\.\n\n<!-- ai-rules: begin -->/,
    );
    expect(await readFile(join(root, ".gitignore"), "utf8")).toMatch(/^\/_build\/\n[^]*\.direnv/);
    expect((await runMix(["compile"], { cwd: root, home, mixHome })).stdout).toContain(
      "Generated demo app",
    );
  });
});
