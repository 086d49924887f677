/** The flake of ai-rules itself, as those who use it by Nix meet it. */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseVariables } from "../src/nix/variables.ts";
import { commandSettings, plainShell } from "./e2e/program.ts";
import { openTerminal } from "./e2e/terminal.ts";
import { createFlakeProject, type FlakeProject, lockOnFixture } from "./nix/flake-project.ts";
import { type NixProgram, nixPrograms } from "./nix/nix-programs.ts";
import { profileDirectory, profiles } from "./profiles/profile-files.ts";

const tree = join(import.meta.dirname, "..");

/** All that the flake reads. */
const only = [
  "LICENSE",
  "README.md",
  "bin",
  "flake.lock",
  "flake.nix",
  "docs",
  "package-lock.json",
  "package.json",
  "profiles",
  "src",
  "tsconfig.json",
];

const { version } = JSON.parse(await readFile(join(tree, "package.json"), "utf8"));

describe.each(nixPrograms)("with $title", (nix: NixProgram) => {
  describe.skipIf(nix.skip)("the flake of ai-rules", () => {
    let project: FlakeProject;
    let system: string;

    beforeAll(async () => {
      project = await createFlakeProject({ nix, files: tree, only });
      system = await project.nix(["eval", "--raw", "--impure", "--expr", "builtins.currentSystem"]);
    });

    afterAll(() => project.remove());

    /** A new directory beside the flake, in a repository of its own. */
    async function directory(name: string): Promise<string> {
      const path = join(project.directory, name);
      await mkdir(path);
      await git(path, "init", "-q");
      return path;
    }

    async function git(cwd: string, ...args: readonly string[]): Promise<string> {
      const result = await project.ports.run({ file: "git", args, cwd, env: project.env });
      if (result.exit.code !== 0) throw new Error(result.stderr);
      return result.stdout;
    }

    it("passes its check on all systems, in which it builds", async () => {
      await project.nix(["flake", "check", ...project.allSystems]);
    });

    it("shows what it has", async () => {
      const shown: Record<string, Record<string, unknown>> = JSON.parse(
        await project.nix(["flake", "show", "--json", ...project.allSystems]),
      );

      const names = (output: string) => Object.keys(shown[output] ?? {}).sort();
      expect(names("templates")).toEqual(["default", ...profiles].sort());
      for (const output of ["packages", "apps", "devShells", "checks"])
        expect(names(output)).toEqual([
          "aarch64-darwin",
          "aarch64-linux",
          "x86_64-darwin",
          "x86_64-linux",
        ]);
      expect(names("overlays")).toEqual(["default"]);
    });

    it("is what the shipped lock locks", async () => {
      const lock = await readFile(join(tree, "flake.lock"), "utf8");
      const path = await directory("locked");
      for (const file of ["flake.nix", "flake.lock"])
        await writeFile(join(path, file), await readFile(join(tree, file)));
      await git(path, "add", "--all");

      await project.nix(["flake", "metadata", "--json", "--no-update-lock-file"], { cwd: path });

      expect(await readFile(join(path, "flake.lock"), "utf8")).toBe(lock);
    });

    it("runs ai-rules", async () => {
      expect(await project.nix(["run", ".", "--", "--version"])).toBe(`${version}\n`);
      expect(await project.nix(["run", ".", "--", "help"])).toContain("usage: ai-rules");
    });

    it("opens the agents when it is run on a terminal", async () => {
      const path = await directory("on a terminal");
      await writeFile(join(path, "ai-rules.json"), commandSettings(plainShell));
      const terminal = openTerminal({
        file: "nix",
        args: ["run", project.root],
        cwd: path,
        env: { ...project.env, XDG_RUNTIME_DIR: path, SHELL: "/bin/bash" },
        cols: 220,
        rows: 50,
      });
      try {
        await terminal.until((screen) => (screen.match(/bash-[\d.]+[#$]/gu) ?? []).length >= 3, {
          what: "three prompts",
          timeoutMs: 30_000,
        });

        terminal.press("ctrl+o", "q");
        expect((await terminal.exited).code).toBe(0);
      } finally {
        await terminal.close();
      }
    });

    it("builds a package with the profiles, and with OpenCode and Git to fall back on", async () => {
      const built: [{ outputs: { out: string } }] = JSON.parse(
        await project.nix(["build", "--json", "--no-link", "."]),
      );
      const [{ outputs }] = built;

      const installed = join(outputs.out, "lib/node_modules/ai-rules/profiles");
      for (const profile of profiles)
        for (const file of await readdir(profileDirectory(profile)))
          expect(await readdir(join(installed, profile))).toContain(file);
      expect(await readFile(join(outputs.out, "bin/ai-rules"), "utf8")).toMatch(
        /\$PATH:\}[^:]*git[^:]*\/bin:[^:]*opencode[^:]*\/bin"/u,
      );
    });

    it("gives npm each package by address and integrity, and no tool it does not need", async () => {
      for (const of of ["x86_64-linux", "aarch64-darwin"]) {
        const attribute = `.#packages.${of}.default.npmDeps.packageLock`;
        const lock: { packages: Record<string, { resolved?: string; integrity?: string }> } =
          JSON.parse(await project.nix(["eval", "--raw", attribute]));
        const { "": root, ...packages } = lock.packages;

        expect(root).toMatchObject({ devDependencies: { esbuild: expect.any(String) } });
        for (const entry of Object.values(packages))
          expect(entry).toMatchObject({
            resolved: expect.stringMatching(/^file:/u),
            integrity: expect.stringMatching(/^sha512-/u),
          });
        const names = Object.keys(packages).map((path) => path.replace("node_modules/", ""));
        expect(names).toContain("node-pty");
        expect(names.filter((name) => name.startsWith("@esbuild/"))).toEqual([
          of === "x86_64-linux" ? "@esbuild/linux-x64" : "@esbuild/darwin-arm64",
        ]);
        for (const unneeded of ["typescript", "vitest", "opencode-ai", "node"])
          expect(names).not.toContain(unneeded);
      }
    });

    it("has a shell for work on ai-rules itself", async () => {
      const said = await project.nix([
        "develop",
        "-c",
        "bash",
        "-c",
        "node --version; type -t tmux",
      ]);

      expect(said).toBe("node 24.15.0 (fixture 26.05)\nfile\n");
    });

    it("has an overlay that adds ai-rules", async () => {
      const expression = "overlays: (overlays.default { } { }) ? ai-rules";

      expect(await project.nix(["eval", ".#overlays", "--apply", expression])).toBe("true\n");
    });

    it.each(profiles)("sets a project up by its template %s", async (profile) => {
      const path = await directory(`from-${profile}`);
      const run = { cwd: path };

      await project.nix(["flake", "init", "-t", `${project.root}#${profile}`], run);

      const files = (await git(path, "ls-files", "--cached", "--others")).trim().split("\n");
      expect(files).toEqual(
        expect.arrayContaining([".envrc", ".gitignore", "flake.lock", "flake.nix"]),
      );
      expect(files).not.toContain("profile.json");
      for (const file of ["flake.nix", "flake.lock", ".envrc", ".gitignore"])
        expect(await readFile(join(path, file), "utf8")).toBe(
          await readFile(join(profileDirectory(profile), file), "utf8"),
        );
      await lockOnFixture({ ...project, root: path });
      await git(path, "add", "--intent-to-add", ".");
      expect(
        await project.nix(["develop", "-c", "bash", "-c", "echo $AI_RULES_PROFILE; elixir"], run),
      ).toBe(`${profile}\nelixir 1.17.3 (fixture 26.05)\n`);
    });

    describe("as an input of another flake", () => {
      let path: string;

      beforeAll(async () => {
        path = await directory("another");
      });

      /** The variables of its shell, with these packages first. */
      async function shellWith(packages: string): Promise<Readonly<Record<string, string>>> {
        await writeFile(join(path, "flake.nix"), anotherFlake({ packages, system, project }));
        await git(path, "add", "--all");
        const said = await project.nix(["develop", "-c", "env", "-0"], { cwd: path });
        return parseVariables(said);
      }

      it("gives its shell what the default shell has, and ai-rules", async () => {
        const variables = await shellWith("[ ]");

        expect(variables).toMatchObject({
          AI_RULES_PROFILE: "universal",
          AI_RULES_PROJECT_ROOT: path,
          MIX_HOME: join(path, ".nix-mix/elixir-1.17-otp-27"),
          OLLAMA_MODEL_PLAN: "qwen3-coder:30b",
        });
        const script = "ai-rules --version; elixir; type -t db-start";
        expect(await project.nix(["develop", "-c", "bash", "-c", script], { cwd: path })).toBe(
          `${version}\nelixir 1.17.3 (fixture 26.05)\nfile\n`,
        );
      });

      it("keeps Mix's home for the Elixir that its shell has", async () => {
        const variables = await shellWith(
          "(with pkgs.beam.packages.erlang_28; [ elixir_1_19 erlang ])",
        );

        expect(variables["MIX_HOME"]).toBe(join(path, ".nix-mix/elixir-1.19-otp-28"));
      });
    });
  });
});

type AnotherFlake = {
  readonly packages: string;
  readonly system: string;
  readonly project: FlakeProject;
};

function anotherFlake({ packages, system, project }: AnotherFlake): string {
  return `{
  inputs.nixpkgs.url = "path:${project.directory}/nixpkgs/26.05";
  inputs.ai-rules.url = "git+file://${project.root}";
  inputs.ai-rules.inputs.nixpkgs.follows = "nixpkgs";

  outputs = { self, nixpkgs, ai-rules }:
    let pkgs = nixpkgs.legacyPackages.${system}; in
    {
      devShells.${system}.default = pkgs.mkShell {
        packages = ${packages} ++ ai-rules.lib.defaultDependencies pkgs;
        shellHook = ai-rules.lib.shellHook;
      };
    };
}
`;
}
