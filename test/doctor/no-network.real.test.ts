/** A machine that reaches nobody. The addresses are of TEST-NET-1 (RFC 5737): there is never anybody. */
import { readdir } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { nixPrograms } from "../nix/nix-programs.ts";
import { writeTracked } from "./flake-stages.ts";
import { onStage } from "./staged-faults.ts";

describe.each(nixPrograms)("with $title", (nix) => {
  it.skipIf(nix.skip)("a flake without a lock says what cannot be had, and is not locked", () =>
    onStage(async (stage) => {
      await stage.program("nix", `exec '${nix.file}' "$@"`);
      const url = "http://192.0.2.1/a.tar.gz";
      await writeTracked(
        stage,
        `{ inputs.thing.url = "${url}"; outputs = { self, thing }: { devShells = thing; }; }`,
      );

      const { report, troubles } = await stage.doctor("nix");

      const codes = troubles.map(({ code }) => code);
      expect(codes).toEqual(expect.arrayContaining(["nix/network", "nix/lock-missing"]));
      expect(codes).not.toContain("doctor/check-timed-out");
      // Nix alone would try again for 5 s.
      expect(report.tookMs).toBeLessThan(4500);
      expect(await readdir(stage.root)).not.toContain("flake.lock");
    }),
  );
});
