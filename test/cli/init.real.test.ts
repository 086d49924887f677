/** What `ai-rules init` makes, used as it is meant to be: with real Nix, Git, direnv and Mix. */
import { execFileSync } from "node:child_process";
import { chmod, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { generate, generatorOf } from "../../src/cli/init-generator.ts";
import type { CommandResult } from "../../src/platform/ports.ts";
import { loadProfile, profileNames } from "../../src/profiles/profile.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";
import { lockOnFixture } from "../nix/flake-project.ts";
import { createNixMachine, flakeWith, type NixMachine } from "../nix/nix-machine.ts";
import { type NixProgram, nixPrograms } from "../nix/nix-programs.ts";
import { buildHexArchive } from "../profiles/hex-mirror.ts";
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
    /** Knows a task only after its archive was installed; of one in $LOST there is none. */
    const mix = `#!/bin/bash
      mkdir -p "$MIX_HOME"
      case "$1" in
        help) [ -e "$MIX_HOME/\${2/./_}" ] ;;
        local.*) touch "$MIX_HOME/$1" ;;
        archive.install) [ "$4" != "$LOST" ] && touch "$MIX_HOME/$4" ;;
        phx.new) mkdir -p "$2"; echo "$4 by the shell's mix" > "$2/mix.exs" ;;
        igniter.new) mkdir -p "$2"; echo "by $1" > "$2/mix.exs" ;;
      esac
    `;

    async function shellWithMix(here: NixMachine, more = ""): Promise<string> {
      const bin = join(here.directory, "shell-bin");
      await mkdir(bin);
      await writeFile(join(bin, "mix"), mix);
      await chmod(join(bin, "mix"), 0o755);
      return flakeWith(`export PATH='${bin}':"$PATH" MIX_HOME="$PWD/.nix-mix" ${more}`);
    }

    async function generation(here: NixMachine, flake: string, name = "") {
      const { profile } = await loadProfile(here.ports, "phoenix-ash");
      const generator = generatorOf(profile, name);
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
      const request = { generator, files, into, workshop, abort, application: "demo" };
      await generate(ports, { ...request, nix: "nix", tell: (line) => void told.push(line) });
      return { into, told };
    }

    it("runs in the shell of the flake, with its archive installed there first", async () => {
      const here = await begin();

      const { into, told } = await generation(here, await shellWithMix(here));

      expect(await readFile(join(into, "mix.exs"), "utf8")).toBe("demo by the shell's mix\n");
      expect((await readdir(join(into, ".nix-mix"))).toSorted()).toEqual(["local.hex", "phx_new"]);
      expect(told).toEqual(["running mix phx.new in the shell of the flake"]);
    });

    it("has all archives that it runs tasks of, and Hex and rebar3 where it fetches", async () => {
      const here = await begin();
      const flake = await shellWithMix(here);

      const { into, told } = await generation(here, flake, "igniter");

      expect(await readFile(join(into, "mix.exs"), "utf8")).toBe("by igniter.new\n");
      expect((await readdir(join(into, ".nix-mix"))).toSorted()).toEqual([
        "igniter_new",
        "local.hex",
        "local.rebar",
        "phx_new",
      ]);
      expect(told).toEqual([
        "running mix igniter.new in the shell of the flake; it compiles libraries, which takes minutes",
      ]);
    });

    it("says which archive could not be installed there", async () => {
      const here = await begin();
      const flake = await shellWithMix(here, "LOST=phx_new");

      await expect(generation(here, flake, "igniter")).rejects.toThrow(
        /^there is no mix .*: phx_new could not be installed there, and the mix on PATH has no such task/,
      );
    });

    it("says why the shell cannot be entered, where nothing else has it", async () => {
      const here = await begin();

      await expect(generation(here, "{ outputs = ")).rejects.toThrow(
        /^there is no mix phx\.new: Nix cannot enter its shell \(.*\), and the mix on PATH/,
      );
    });
  });
});

type Archive = Readonly<Record<string, string>>;

const mixFile = (module: string, app: string) => `defmodule ${module}.MixProject do
  use Mix.Project
  def project, do: [app: :${app}, version: "9.9.9"]
end
`;

/** A stand-in for the archive `phx_new`: what its task writes is what a Phoenix application begins with. */
const phxNew: Archive = {
  "mix.exs": mixFile("PhxNew", "phx_new"),
  "lib/phx_new.ex": `defmodule Mix.Tasks.Phx.New do
  @shortdoc "Makes an application"
  @moduledoc "A stand-in."
  use Mix.Task

  def run([directory, "--app", app | options]) do
    if "--install" not in options and Mix.shell().yes?("Fetch and install dependencies?"),
      do: raise("nothing is fetched here")

    File.mkdir_p!(Path.join(directory, "lib"))
    File.write!(Path.join(directory, "lib/#{app}.ex"), "defmodule Demo do\nend\n")
    File.write!(Path.join(directory, "AGENTS.md"), "This is a web application.\n")
    File.write!(Path.join(directory, ".gitignore"), "/_build/\n/deps/\n")
    File.write!(Path.join(directory, "mix.exs"), """
    defmodule Demo.MixProject do
      use Mix.Project
      def project, do: [app: :#{app}, version: "0.1.0", deps: deps()]
      defp deps do
        []
      end
    end
    """)
  end
end
`,
};

/**
 * A stand-in for the archive `igniter_new`: as the real one it takes its options in this form, runs
 * another task, adds dependencies and fetches them with a mix of its own, whose input nobody answers.
 */
const igniterNew: Archive = {
  "mix.exs": mixFile("IgniterNew", "igniter_new"),
  "lib/igniter_new.ex": String.raw`defmodule Mix.Tasks.Igniter.New do
  @shortdoc "Makes an application"
  @moduledoc "A stand-in."
  use Mix.Task

  def run([directory | argv]) do
    {options, [], []} =
      OptionParser.parse(argv,
        strict: [install: :string, with: :string, with_args: :string, sup: :boolean, yes: :boolean, git: :boolean]
      )

    unless options[:yes] or Mix.shell().yes?("Continue?"), do: Mix.raise("somebody has to agree")
    sup = if options[:sup], do: ["--sup"], else: []
    install = if options[:with] == "phx.new", do: ["--install"], else: []
    with_args = OptionParser.split(options[:with_args] || "")
    Mix.Task.run(options[:with] || "new", [directory | with_args] ++ install ++ sup)

    packages = ["igniter" | String.split(options[:install] || "", ",", trim: true)]
    deps = Enum.map_join(packages, ", ", &"{:#{&1}, \"~> 1.0\"}")
    file = Path.join(directory, "mix.exs")
    text = File.read!(file)
    File.write!(file, String.replace(text, ~r/defp deps do\s+\[.*?\]/s, "defp deps do\n[#{deps}]"))
    {said, code} = System.cmd("mix", ["deps.get"], cd: directory, stderr_to_stdout: true)
    if code != 0, do: Mix.raise(said)
    if options[:git] != false, do: System.cmd("git", ["init"], cd: directory)
  end
end
`,
};

describe.skipIf(skipMix)("a generator, with the real mix on PATH", () => {
  async function begin(archives: Readonly<Record<string, Archive>>) {
    const home = await temporaryDirectory();
    const mixHome = join(home, "mix");
    const install = async (file: string) =>
      expect(
        await runMix(["archive.install", "--force", file], { cwd: home, home, mixHome }),
      ).toMatchObject({ code: 0 });
    for (const [name, files] of Object.entries(archives)) {
      const cwd = join(home, name);
      for (const [path, text] of Object.entries(files)) {
        await mkdir(dirname(join(cwd, path)), { recursive: true });
        await writeFile(join(cwd, path), text);
      }
      await runMix(["archive.build"], { cwd, home, mixHome });
      await install(join(cwd, `${name}-9.9.9.ez`));
    }
    // A Nix that is too old is not asked for the flake's shell.
    const bin = join(home, "bin");
    await mkdir(bin);
    await writeFile(join(bin, "nix"), "#!/bin/sh\necho 'nix (Nix) 2.8.0'\n");
    await chmod(join(bin, "nix"), 0o755);
    const path = `${bin}:${process.env["PATH"] ?? ""}`;
    // Rebar is never run here: what the stand-in for Hex gives is built by Mix.
    const rebar = { MIX_REBAR3: join(bin, "nix") };
    const env = {
      PATH: path,
      HOME: home,
      TMPDIR: home,
      MIX_HOME: mixHome,
      LANG: "C.UTF-8",
      ...rebar,
    };
    return {
      root: join(home, "demo"),
      install,
      init: (...args: readonly string[]) =>
        execFileSync(process.execPath, [binary, "init", "demo", ...args], {
          cwd: home,
          env,
          stdio: "pipe",
        }),
      mix: (...args: readonly string[]) =>
        runMix(args, { cwd: join(home, "demo"), home, mixHome, variables: rebar }),
    };
  }

  it("makes the application, into which the profile is merged", async () => {
    const { init, root, mix } = await begin({ phx_new: phxNew });

    init("phoenix-ash", "--generator");

    expect(await readFile(join(root, "AGENTS.md"), "utf8")).toMatch(
      /^This is a web application\.\n\n<!-- ai-rules: begin -->/,
    );
    expect(await readFile(join(root, ".gitignore"), "utf8")).toMatch(/^\/_build\/\n[^]*\.direnv/);
    expect((await mix("compile")).stdout).toContain("Generated demo app");
  });

  it("is Igniter where that is wanted, with Phoenix and Ash, or with neither", async () => {
    const { init, root, mix, install } = await begin({ phx_new: phxNew, igniter_new: igniterNew });
    await install(await buildHexArchive());

    init("phoenix-ash", "--generator=igniter");

    expect(await readdir(join(root, "deps"))).toEqual([
      "ash",
      "ash_phoenix",
      "ash_postgres",
      "igniter",
    ]);
    expect(await readFile(join(root, "AGENTS.md"), "utf8")).toMatch(/^This is a web application\./);
    const known = execFileSync("git", ["ls-files"], { cwd: root, encoding: "utf8" }).split("\n");
    expect(known).toEqual(expect.arrayContaining(["mix.exs", "flake.nix", "lib/demo.ex"]));
    expect(known.filter((path) => path.startsWith("deps/"))).toEqual([]);
    expect((await mix("compile")).stdout).toContain("Generated demo app");

    await rm(root, { recursive: true });
    init("universal", "--generator=igniter");

    expect(await readdir(join(root, "deps"))).toEqual(["igniter"]);
    expect(await readdir(join(root, "lib"))).toEqual(["demo", "demo.ex"]);
    expect((await mix("test")).stdout).toContain("0 failures");
  });
});
