/** What to write into a flake by hand, as Nix that can be taken as it stands. */
import { inputLines } from "./connect-input.ts";
import type { ShellAdditions } from "./connect-shell.ts";
import type { ShellMaker } from "./shell-call.ts";

type Wanted = {
  readonly maker: ShellMaker;
  readonly additions: ShellAdditions;
  /** For ai-rules as an input. */
  readonly input?: { readonly url: string; readonly hasNixpkgs: boolean };
};

/** The lines, with a word on where each of them goes. */
export function byHandSnippet({ maker, additions, input }: Wanted): string {
  const lines = [...(input === undefined ? [] : inputPart(input)), ...shellPart(maker, additions)];
  return `${lines.join("\n")}\n`;
}

function inputPart({ url, hasNixpkgs }: NonNullable<Wanted["input"]>): readonly string[] {
  return [
    "# beside the other inputs",
    ...inputLines(url, hasNixpkgs).map((line) => `inputs.${line}`),
    "",
    "# what the outputs are given",
    "outputs = { self, nixpkgs, ai-rules, ... }:",
    "",
  ];
}

function shellPart(maker: ShellMaker, { dependencies, hook }: ShellAdditions): readonly string[] {
  switch (maker) {
    case "devenv":
      return ["# in the shell's module", `packages = ${dependencies};`, `enterShell = ${hook};`];
    case "devshell":
      return [
        "# in the shell's module",
        `devshell.packages = ${dependencies};`,
        `devshell.startup.ai-rules.text = ${hook};`,
      ];
    case "nixpkgs":
      return [
        "# in the default shell; a list or a hook that is there already goes on behind",
        "pkgs.mkShell {",
        `  packages = ${dependencies};`,
        `  shellHook = ${hook};`,
        "}",
      ];
    default:
      return maker satisfies never;
  }
}
