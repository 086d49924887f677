import { describe, expect, it } from "vitest";
import { findPosition } from "../../src/nix/position.ts";
import { memoryFiles } from "../fakes/memory-files.ts";
import { recordedErrors, recordedVersions } from "./recorded-errors.ts";

function recorded(name: string, version: string): string {
  const found = recordedErrors().find((case_) => case_.name === name && case_.version === version);
  return found?.stderr ?? "";
}

const flake = `{
  inputs.nixpkgs.url = "path:/home/u/project/fixtures/26.05";
  outputs = { self, nixpkgs }: let pkgs = nixpkgs.legacyPackages.x86_64-linux; in {
    devShells.x86_64-linux.default = pkgs.mkShell { packages = [ pkgs.postgresql_61 ]; };
`;
const broken = `{
  outputs = { self }: {
    devShells.x86_64-linux.default = 1
  };
}
`;

describe("the place of a failure", () => {
  it.each(recordedVersions)("is the cause's in the project's file, of Nix %s", async (version) => {
    const files = memoryFiles({ "/p/flake.nix": flake, "/p/common.nix": "another flake's" });

    const position = await findPosition(files, recorded("attribute missing", version), "/p");

    expect(position).toEqual({ file: "/p/flake.nix", line: 4, column: 66 });
  });

  it.each(recordedVersions)("is found for a syntax error of Nix %s", async (version) => {
    const text = recorded("syntax error", version);

    expect(await findPosition(memoryFiles({ "/p/flake.nix": broken }), text, "/p")).toEqual({
      file: "/p/flake.nix",
      line: 4,
      column: 3,
    });
  });

  it("is not that of another flake whose file has the same name", async () => {
    const files = memoryFiles({ "/p/flake.nix": "{ }\n" });

    expect(await findPosition(files, recorded("syntax error", "2.8.0"), "/p")).toBeUndefined();
  });

  it("is found where Nix names the file as it is", async () => {
    const named = recorded("syntax error", "2.34.8").replace(/\/nix\/store\/\w+-source/u, "/p/sub");
    const files = memoryFiles({ "/p/.git": "", "/p/sub/flake.nix": broken });

    expect(await findPosition(files, named, "/p/sub")).toMatchObject({ file: "/p/sub/flake.nix" });
    expect(await findPosition(files, named, "/elsewhere")).toBeUndefined();
  });

  it("is found from the top of the repository, and not above it", async () => {
    const text = recorded("syntax error", "2.8.0").replace("flake.nix", "sub/flake.nix");
    const inside = memoryFiles({ "/p/.git": "", "/p/sub/flake.nix": broken });
    const above = memoryFiles({ "/p/sub/.git": "", "/p/sub/flake.nix": broken });

    expect(await findPosition(inside, text, "/p/sub")).toMatchObject({ file: "/p/sub/flake.nix" });
    expect(await findPosition(above, text, "/p/sub")).toBeUndefined();
  });
});
