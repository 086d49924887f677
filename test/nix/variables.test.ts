import { describe, expect, it } from "vitest";
import {
  countChanges,
  parseVariables,
  sameVariables,
  shellVariables,
} from "../../src/nix/variables.ts";

describe("the variables of a shell", () => {
  it("are read with line ends, equal signs and empty values", () => {
    expect(parseVariables("A=1\0B=x=y\nz\0C=\0broken\0")).toEqual({ A: "1", B: "x=y\nz", C: "" });
  });

  it("lose what the derivation left behind, keep what compilers need", () => {
    const shell = {
      buildInputs: "x",
      depsBuildHostPropagated: "x",
      propagatedNativeBuildInputs: "x",
      shellHook: "x",
      NIX_CFLAGS_COMPILE: "x",
      PKG_CONFIG_PATH: "x",
      IN_NIX_SHELL: "impure",
    };

    expect(Object.keys(shellVariables(shell, {}))).toEqual([
      "NIX_CFLAGS_COMPILE",
      "PKG_CONFIG_PATH",
      "IN_NIX_SHELL",
    ]);
  });

  it("leave the user's session alone, also where a name is a derivation's", () => {
    const user = { TERM: "xterm", SHELL: "/bin/zsh", name: "mine" };
    const shell = { TERM: "dumb", SHELL: "/bin/bash", name: "shell", TMPDIR: "/build", A: "1" };

    expect(shellVariables(shell, user)).toEqual({ ...user, A: "1" });
  });

  it("are counted where they add or change", () => {
    expect(countChanges({ A: "1", B: "2", C: "3" }, { A: "1", B: "0", D: "4" })).toBe(2);
  });

  it("are the same only with the same names and values", () => {
    expect(sameVariables({ A: "1" }, { A: "1" })).toBe(true);
    expect(sameVariables({ A: "1" }, { A: "1", B: "2" })).toBe(false);
    expect(sameVariables({ A: "1", B: "2" }, { A: "1" })).toBe(false);
    expect(sameVariables({ A: "1" }, { A: "2" })).toBe(false);
  });
});
