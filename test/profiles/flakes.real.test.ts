import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFlakeProject, type FlakeProject } from "../nix/flake-project.ts";
import { type NixProgram, nixPrograms } from "../nix/nix-programs.ts";
import { profileDirectory, profiles } from "./profile-files.ts";

const systems = ["aarch64-darwin", "aarch64-linux", "x86_64-darwin", "x86_64-linux"];
const rows = ["elixir_1_16", "elixir_1_17", "elixir_1_18", "elixir_1_19", "elixir_1_20"];

/** Names of the shells of each system, with the derivation each comes to. */
async function derivations(project: FlakeProject): Promise<Record<string, Record<string, string>>> {
  const perSystem = "builtins.mapAttrs (_: builtins.mapAttrs (_: shell: shell.drvPath))";
  return JSON.parse(await project.nix(["eval", "--json", ".#devShells", "--apply", perSystem]));
}

describe.each(nixPrograms)("with $title", (nix: NixProgram) => {
  describe.skipIf(nix.skip).each(profiles)("the flake of %s", (profile) => {
    let project: FlakeProject;

    beforeAll(async () => {
      project = await createFlakeProject({ nix, files: profileDirectory(profile) });
    });

    afterAll(() => project.remove());

    it("passes its check on all systems", async () => {
      await project.nix(["flake", "check", ...project.allSystems]);
    });

    it("is what the shipped lock locks", async () => {
      const lock = await readFile(join(profileDirectory(profile), "flake.lock"), "utf8");
      const other = await createFlakeProject({ nix, files: profileDirectory(profile) });
      try {
        await other.write("flake.lock", lock);

        await other.nix(["flake", "metadata", "--json", "--no-update-lock-file"]);

        expect(await readFile(join(other.root, "flake.lock"), "utf8")).toBe(lock);
      } finally {
        await other.remove();
      }
    });

    it("has all shells, on all systems", async () => {
      const found = await derivations(project);

      expect(Object.keys(found)).toEqual(systems);
      for (const shells of Object.values(found)) {
        const names = [...rows, ...rows.map((row) => `${row}+`), "default"];
        expect(Object.keys(shells).sort()).toEqual(names.sort());
        expect(shells["default"]).toBe(shells["elixir_1_17"]);
        for (const row of rows) expect(shells[`${row}+`]).toBe(shells["elixir_1_20"]);
      }
    });

    it("gives a shell Elixir 1.17 on OTP 27, PostgreSQL 16, Node 22 and what else is needed", async () => {
      const said = await project.inShell(
        "default",
        "elixir --version; erl; psql --version; node --version; git --version; for each in pkg-config openssl inotifywait livebook opencode rebar3 db-start db-stop; do type -t $each; done",
      );

      expect(said.split("\n")).toEqual([
        "elixir 1.17.3 (fixture 26.05)",
        "erl 27.3.4 (fixture 26.05)",
        "psql 16.9 (fixture 26.05)",
        "node 22.22.0 (fixture 26.05)",
        "git 2.50.1 (fixture 26.05)",
        ..."file ".repeat(8).trim().split(" "),
        "",
      ]);
    });

    it("sets the variables of the profile, of the database and of the models", async () => {
      const variables = await project.variables("default");

      expect(variables).toMatchObject({
        AI_RULES_PROFILE: profile,
        AI_RULES_SHELL: "elixir_1_17",
        AI_RULES_PROJECT_ROOT: project.root,
        AI_RULES_PATH: join(project.root, ".ai_rules"),
        MIX_HOME: join(project.root, ".nix-mix/elixir-1.17-otp-27"),
        HEX_HOME: join(project.root, ".nix-hex/elixir-1.17-otp-27"),
        PGDATA: join(project.root, ".nix-postgres"),
        PGPORT: "5432",
        OLLAMA_HOST: "http://localhost:11434",
        OLLAMA_KEEP_ALIVE: "30m",
        LMSTUDIO_HOST: "http://localhost:1234/v1",
        LMSTUDIO_CONTEXT_WINDOW: "65536",
      });
      expect(variables["MIX_REBAR3"]).toMatch(/rebar3$/u);
      expect(Object.keys(variables).filter((name) => name.startsWith("ai_rules"))).toEqual([]);
      for (const unwanted of ["MIX_ENV", "GIT_AUTHOR_NAME", "MLX_MODELS_PATH"])
        expect(variables).not.toHaveProperty(unwanted);
    });

    it("is what ai-rules loads, with one evaluation", async () => {
      const before = (await project.nixCalls()).length;

      const result = await project.load();

      expect(result).toMatchObject({
        ok: true,
        environment: {
          summary: { hookOutput: "", hookWarned: false },
          variables: { AI_RULES_PROFILE: profile, OLLAMA_MODEL_PLAN: "qwen3-coder:30b" },
        },
      });
      expect(await project.nixCalls()).toHaveLength(before + 1);
    });
  });
});
