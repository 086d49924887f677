/** Projects at paths that Nix 2.8 cannot read as a Git repository; later ones can. */
import { expect, it } from "vitest";
import { nixPrograms } from "../nix/nix-programs.ts";
import { writeFlake } from "./flake-stages.ts";
import { onStage } from "./staged-faults.ts";

for (const { title, file, skip } of nixPrograms)
  it.skipIf(skip).each(["my shop", "läden"])(
    `evaluates a project at an odd path with ${title}, and says what that costs: %s`,
    (name) =>
      onStage(async (stage) => {
        await stage.program("nix", `exec '${file}' "$@"`);
        const { stdout } = await stage.run("nix", "--version");
        await writeFlake(stage);

        const { code, troubles } = await stage.doctor("nix-git", "nix-shell");

        expect(code).toBe(0);
        const cost = { code: "nix/bad-path", status: "warn", remedy: /move the project/u };
        expect(troubles).toMatchObject(
          stdout.includes(" 2.8.") ? [{ ...cost, remedy: expect.stringMatching(cost.remedy) }] : [],
        );
      }, name),
  );
