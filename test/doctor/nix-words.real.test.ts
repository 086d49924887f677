/** What doctor says of a Nix and a shell that are as they should be, or are not needed. */
import { describe, expect, it } from "vitest";
import { skipNix } from "../nix/nix-machine.ts";
import { evaluateShell, writeFlake } from "./flake-stages.ts";
import { onStage } from "./staged-faults.ts";

describe.skipIf(skipNix)("doctor says of Nix", () => {
  it("which shells there are, and that the evaluated one is as the flake is now", () =>
    onStage(async (stage) => {
      await writeFlake(stage);
      await evaluateShell(stage);

      const { report } = await stage.doctor("nix-shells", "nix-shell", "nix-hook");

      const found = report.checks.flatMap(({ findings }) => findings.map((each) => each.found));
      expect(found).toEqual([
        expect.stringMatching(/^there are default, other for \S+; default is used$/u),
        expect.stringMatching(/^it evaluated \d\d:\d\d, and is as it was then$/u),
        expect.stringMatching(/^it ran in \d+ ms$|^it has run already$/u),
      ]);
    }));

  it("what it is for where no flake needs it yet", () =>
    onStage(async (stage) => {
      await stage.withoutPrograms("nix");

      const { troubles } = await stage.doctor("nix-program");
      await writeFlake(stage);
      const { troubles: needed } = await stage.doctor("nix-program");

      expect(troubles.map(({ why }) => why)).toEqual([expect.stringContaining("ai-rules init")]);
      expect(needed.map(({ why }) => why)).toEqual([expect.stringContaining("not in the one")]);
    }));
});
