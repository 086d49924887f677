import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseVariables } from "../../src/nix/variables.ts";
import type { Variables } from "../../src/platform/ports.ts";
import { readGuideVariables } from "../../src/runtimes/guide-variables.ts";
import { openTerminal } from "../e2e/terminal.ts";
import { createFlakeProject, type FlakeProject } from "../nix/flake-project.ts";
import { type NixProgram, nixPrograms } from "../nix/nix-programs.ts";
import { profileDirectory, profiles } from "./profile-files.ts";

describe.each(nixPrograms)("with $title", (nix: NixProgram) => {
  describe.skipIf(nix.skip)("the hook of a profile's shell", () => {
    let project: FlakeProject;

    beforeAll(async () => {
      project = await createFlakeProject({ nix, files: profileDirectory("universal") });
    });

    afterAll(() => project.remove());

    /** The hook as a shell of another system has it, run here. */
    async function runHook(system: string, more: Variables = {}): Promise<Variables> {
      const hook = await project.nix(["eval", "--raw", `.#devShells.${system}.default.shellHook`]);
      const result = await project.ports.run({
        file: "bash",
        args: ["-euc", `${hook}\nenv -0`],
        cwd: project.root,
        env: { PATH: "/usr/bin:/bin", ...more, system },
      });
      expect(result.stderr).toBe("");
      return parseVariables(result.stdout);
    }

    it("prints nothing where a command's output is wanted", async () => {
      expect(await project.inShell("default", "echo only this")).toBe("only this\n");
    });

    it("tells a person at a terminal what there is", async () => {
      await project.inShell("default", "true");
      const terminal = openTerminal({
        file: "nix",
        args: ["develop", "-c", "echo", "the end"],
        cwd: project.root,
        env: project.env,
        cols: 140,
      });
      try {
        await terminal.exited;

        const lines = terminal.screen().split("\n").filter(Boolean);
        expect(lines.slice(-5)).toEqual([
          "Elixir 1.17.3, OTP 27.3.4, PostgreSQL 16.9, Node 22.22.0 (ai-rules universal)",
          "  Ollama     http://localhost:11434  plan qwen3-coder:30b, build qwen3-coder:30b, review qwen3-coder:30b",
          "  LM Studio  http://localhost:1234/v1  plan qwen/qwen3-coder-30b, build qwen/qwen3-coder-30b, review qwen/qwen3-coder-30b",
          "  not installed: ai-rules serena mgrep",
          "the end",
        ]);
      } finally {
        await terminal.close();
      }
    });

    it("sets only what is not set", async () => {
      const set = {
        OLLAMA_HOST: "http://gpu-box:11434",
        OLLAMA_MODEL_BUILD: "mine:7b",
        LMSTUDIO_TEMPERATURE_PLAN: "0.9",
        PGPORT: "6000",
        AI_RULES_PATH: "/opt/ai-rules",
        LANG: "de_DE.UTF-8",
        ERL_AFLAGS: "-proto_dist inet6_tcp",
      };

      const variables = await project.variables("default", { env: set });

      expect(variables).toMatchObject({ ...set, OLLAMA_MODEL_PLAN: "qwen3-coder:30b" });
    });

    it("finds the project from a directory below the flake", async () => {
      const below = join(project.root, "apps/web/lib");
      await mkdir(below, { recursive: true });

      const { AI_RULES_PROJECT_ROOT, PGDATA, PWD } = await project.variables("default", {
        cwd: below,
      });

      expect({ AI_RULES_PROJECT_ROOT, PGDATA, PWD }).toEqual({
        AI_RULES_PROJECT_ROOT: project.root,
        PGDATA: join(project.root, ".nix-postgres"),
        PWD: below,
      });
    });

    it("puts the project's programs first on PATH, and ai-rules' own directory last", async () => {
      const clone = join(project.directory, "clone of ai-rules");
      await mkdir(join(clone, "bin"), { recursive: true });

      const { PATH } = await project.variables("default", { env: { AI_RULES_PATH: clone } });

      const directories = PATH?.split(":") ?? [];
      expect(directories.slice(0, 2)).toEqual([
        join(project.root, "node_modules/.bin"),
        join(project.root, ".nix-mix/elixir-1.17-otp-27/escripts"),
      ]);
      expect(directories.at(-1)).toBe(join(clone, "bin"));
    });

    it("leaves a directory of ai-rules that is not there off PATH", async () => {
      const { PATH } = await project.variables("default");

      expect(PATH).not.toContain(".ai_rules");
    });

    it("sets the variables of MLX on an Apple chip, and nowhere else", async () => {
      const names = (variables: Variables) =>
        Object.keys(variables).filter((name) => name.startsWith("MLX_"));

      const onApple = await runHook("aarch64-darwin", { MLX_VRAM_LIMIT: "20GB" });

      expect(names(onApple).length).toBeGreaterThanOrEqual(12);
      expect(onApple).toMatchObject({
        MLX_MODELS_PATH: join(project.root, "mlx_models"),
        MLX_VRAM_LIMIT: "20GB",
        MLX_MODEL_BUILD: "mlx-community/Qwen3-Coder-30B-A3B-Instruct-4bit",
      });
      for (const system of ["x86_64-darwin", "aarch64-linux", "x86_64-linux"])
        expect(names(await runHook(system))).toEqual([]);
    });

    it.each(["mein Shop für Äpfel", "it's $HOME", 'say "hi"'])(
      "runs in a directory that is called %s",
      async (name) => {
        const odd = await createFlakeProject({ nix, files: profileDirectory("universal"), name });
        try {
          const result = await odd.load();

          expect(result).toMatchObject({
            ok: true,
            environment: {
              summary: { hookOutput: "", hookWarned: false },
              variables: {
                AI_RULES_PROJECT_ROOT: odd.root,
                MIX_HOME: join(odd.root, ".nix-mix/elixir-1.17-otp-27"),
              },
            },
          });
        } finally {
          await odd.remove();
        }
      },
    );

    it("takes less than 60 ms", async () => {
      const hook = await project.nix([
        "eval",
        "--raw",
        ".#devShells.x86_64-linux.default.shellHook",
      ]);
      const times: number[] = [];
      for (let round = 0; round < 5; round++) {
        const { tookMs } = await project.ports.run({
          file: "bash",
          args: ["-c", hook],
          cwd: project.root,
          env: project.env,
        });
        times.push(tookMs);
      }

      expect(Math.min(...times)).toBeLessThan(60);
    });
  });

  describe.skipIf(nix.skip).each(profiles)("the variables of %s", (profile) => {
    it("make sense to ai-rules", async () => {
      const project = await createFlakeProject({ nix, files: profileDirectory(profile) });
      try {
        const settings = readGuideVariables(await project.variables("default"));

        expect(settings.problems).toEqual([]);
        expect(settings.models.build.map(({ model }) => model)).toEqual([
          "qwen3-coder:30b",
          "qwen/qwen3-coder-30b",
        ]);
        expect(settings.keepAlive).toBe("30m");
      } finally {
        await project.remove();
      }
    });
  });
});
