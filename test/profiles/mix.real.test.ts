import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { createFlakeProject, type FlakeProject } from "../nix/flake-project.ts";
import { type NixProgram, nixPrograms } from "../nix/nix-programs.ts";
import { onPath } from "./on-path.ts";
import { profileDirectory, profiles } from "./profile-files.ts";

const skip = !onPath("mix") && !process.env["CI"];

// One Nix is enough: what is run here knows nothing of it.
describe.each(nixPrograms.slice(0, 1))("with $title", (nix: NixProgram) => {
  describe.skipIf(nix.skip || skip).each(profiles)("Mix in the shell of %s", (profile) => {
    let project: FlakeProject;

    afterEach(() => project.remove());

    it("makes, compiles and tests an application, and keeps its home in the project", async () => {
      project = await createFlakeProject({ nix, files: profileDirectory(profile) });

      const said = await project.inShell(
        "default",
        "mix new shop && cd shop && mix compile --warnings-as-errors && mix test && mix do archive.build, archive.install --force",
      );

      expect(said).toContain("Generated shop app");
      expect(said).toMatch(/1 doctest, 1 test, 0 failures/u);
      const archives = join(project.root, ".nix-mix/elixir-1.17-otp-27/archives");
      expect(existsSync(join(archives, "shop-0.1.0"))).toBe(true);
      expect(existsSync(join(project.directory, "home/.mix"))).toBe(false);
    });
  });
});
