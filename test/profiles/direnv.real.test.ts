import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CommandResult } from "../../src/platform/ports.ts";
import { createFlakeProject, type FlakeProject } from "../nix/flake-project.ts";
import { type NixProgram, nixPrograms } from "../nix/nix-programs.ts";
import { onPath } from "./on-path.ts";
import { profileDirectory, profiles } from "./profile-files.ts";

const skip = !onPath("direnv") && !process.env["CI"];

describe.each(nixPrograms)("with $title", (nix: NixProgram) => {
  describe.skipIf(nix.skip || skip).each(profiles)("direnv in a project of %s", (profile) => {
    let project: FlakeProject;

    beforeEach(async () => {
      project = await createFlakeProject({ nix, files: profileDirectory(profile) });
    });

    afterEach(() => project.remove());

    function direnv(...args: readonly string[]): Promise<CommandResult> {
      const home = join(project.directory, "home");
      const env = {
        ...project.env,
        XDG_CONFIG_HOME: join(home, "config"),
        XDG_DATA_HOME: join(home, "data"),
      };
      return project.ports.run({ file: "direnv", args, cwd: project.root, env });
    }

    /** What direnv changes of the environment. */
    async function changes(): Promise<Readonly<Record<string, string>>> {
      const { stdout, stderr, exit } = await direnv("export", "json");
      if (exit.code !== 0) throw new Error(stderr);
      return JSON.parse(stdout);
    }

    it("asks before it loads anything", async () => {
      expect((await direnv("export", "json")).stderr).toContain("is blocked");
    });

    it("loads the shell's variables once it is allowed to", async () => {
      await direnv("allow");

      const loaded = await changes();

      expect(loaded).toMatchObject({
        AI_RULES_PROFILE: profile,
        AI_RULES_SHELL: "elixir_1_17",
        AI_RULES_PROJECT_ROOT: project.root,
        OLLAMA_MODEL_PLAN: "qwen3-coder:30b",
      });
      expect(loaded["PATH"]).toMatch(/elixir-1\.17\.3\/bin/u);
      expect(loaded["PATH"]).toMatch(/db-start\/bin/u);
    });

    it("lets a person's own .envrc.local win, which Git does not see", async () => {
      await project.write(".envrc.local", "export OLLAMA_HOST=http://gpu-box:11434\n");
      await direnv("allow");

      expect(await changes()).toMatchObject({ OLLAMA_HOST: "http://gpu-box:11434" });
      const status = await project.ports.run({
        file: "git",
        args: ["status", "--porcelain", "--untracked-files=all"],
        cwd: project.root,
        env: project.env,
      });
      expect(status.stdout).not.toContain(".direnv");
      expect(status.stdout).not.toContain(".envrc.local");
    });
  });
});
