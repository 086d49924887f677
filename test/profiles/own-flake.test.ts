import { describe, expect, it } from "vitest";
import { copiedFile } from "../../src/profiles/own-flake/copied-blocks.ts";
import { type ConnectRequest, connectFlake } from "../../src/profiles/own-flake.ts";
import { changedLines } from "./own-flake/changed-lines.ts";
import {
  changedStyles,
  doubtfulStyles,
  flakeStyles,
  styleNamed,
} from "./own-flake/flake-styles.ts";
import { smallProfile } from "./own-flake/small-profile.ts";

const input: ConnectRequest = { way: "input", url: "github:ai-rules/ai-rules" };
const copy: ConnectRequest = { way: "copy", profileFlake: smallProfile };
const needlessDoubts = ["a-name-of-ours-that-means-something-else", "inputs-from-elsewhere"];
const plain = styleNamed("flake-utils-with-a-list-and-a-hook").text;

describe("connecting an own flake to ai-rules as an input", () => {
  it.each(flakeStyles)("answers to $name", ({ text, change: expected }) => {
    const change = connectFlake(text, input);

    expect(
      change.type === "changed"
        ? changedLines(text, change.text)
        : [`by hand: ${change.type === "by-hand" && change.why}`],
    ).toEqual(expected);
  });

  it("takes a URL with all its characters", () => {
    const { text } = changed(plain, { way: "input", url: 'git+file:///a "b"/${c}\\d' });

    expect(text).toContain(String.raw`ai-rules.url = "git+file:///a \"b\"/\${c}\\d";`);
  });
});

describe("connecting an own flake to copied blocks", () => {
  it("imports them for the packages of the shell, and touches neither inputs nor arguments", () => {
    const { text, files } = changed(plain, copy);

    expect(changedLines(plain, text)).toEqual([
      "- ];",
      "+ ] ++ (import ./nix/ai-rules.nix pkgs).defaultDependencies;",
      "+ ${(import ./nix/ai-rules.nix pkgs).shellHook}",
    ]);
    expect([...files.keys()]).toEqual([copiedFile]);
  });

  it.each(needlessDoubts)("has no doubt where only the input leaves one: %s", (name) => {
    expect(connectFlake(styleNamed(name).text, copy)).toMatchObject({ type: "changed" });
  });
});

describe.each([
  ["input", input],
  ["copy", copy],
] as const)("the way %s", (_, request) => {
  it.each(changedStyles)("finds nothing to do in $name when it is done", ({ text }) => {
    const { text: once } = changed(text, request);

    expect(connectFlake(once, request)).toEqual({ type: "already" });
    // Nor does the other way add what is there.
    expect(connectFlake(once, request === input ? copy : input)).toEqual({ type: "already" });
  });

  it.each(changedStyles)("leaves every letter of $name where it was", ({ text }) => {
    // An inherited hook is moved behind ours.
    const words = text.split(/\s+/).filter((word) => !/^(?:inherit|shellHook;?)$/.test(word));
    const { text: now } = changed(text, request);

    expect(missingInOrder(words, now)).toEqual([]);
  });

  it.each(changedStyles)("keeps the Windows line ends of $name", ({ text }) => {
    const { text: now } = changed(text.replaceAll("\n", "\r\n"), request);

    expect(now.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
  });

  it("writes no hook into a string with Windows line ends, whose last line would end in a return", () => {
    const { text } = changed(plain.replaceAll("\n", "\r\n"), request);

    expect(text).toMatch(/shellHook = .*shellHook \+ "\\n" \+ ''\r\n/);
  });

  const doubtful = doubtfulStyles.filter(
    ({ name }) => request === input || !needlessDoubts.includes(name),
  );

  it.each(doubtful)("tells for $name what to write", ({ text }) => {
    expect(connectFlake(text, request)).toMatchObject({
      snippet: expect.stringMatching(/defaultDependencies[^]*shellHook/),
    });
  });
});

describe("what is to be written by hand", () => {
  it("is a shell's two lines, and for an input those of the inputs and arguments", () => {
    expect(byHand("no-shell", input).snippet).toBe(`# beside the other inputs
inputs.ai-rules.url = "github:ai-rules/ai-rules";

# what the outputs are given
outputs = { self, nixpkgs, ai-rules, ... }:

# in the default shell; a list or a hook that is there already goes on behind
pkgs.mkShell {
  packages = ai-rules.lib.defaultDependencies pkgs;
  shellHook = ai-rules.lib.shellHook;
}
`);
  });

  it("speaks the words of who makes the shell", () => {
    expect(byHand("devenv", copy).snippet).toBe(`# in the shell's module
packages = (import ./nix/ai-rules.nix pkgs).defaultDependencies;
enterShell = (import ./nix/ai-rules.nix pkgs).shellHook;
`);
    expect(byHand("devshell", copy).snippet).toContain("devshell.startup.ai-rules.text = ");
  });

  it("comes with the file that it imports", () => {
    expect([...byHand("devenv", copy).files.keys()]).toEqual([copiedFile]);
    expect(byHand("devenv", input).files.size).toBe(0);
  });
});

describe("a flake that has something of ours", () => {
  const shell = (inner: string, around = "") =>
    `{ inputs.ai-rules.url = "x"; outputs = { self, nixpkgs, ai-rules }:
      let pkgs = nixpkgs.legacyPackages.x86_64-linux; ${around} in {
        devShells.x86_64-linux.default = pkgs.mkShell { ${inner} };
      }; }`;

  it.each([
    ["our shell among inputsFrom", "inputsFrom = [ ai-rules.devShells.x86_64-linux.default ];", ""],
    [
      "names in a let",
      "packages = ours; shellHook = hook;",
      "ours = ai-rules.lib.defaultDependencies pkgs; hook = ai-rules.lib.shellHook;",
    ],
    [
      "inherited names",
      "packages = defaultDependencies pkgs; inherit shellHook;",
      "inherit (ai-rules.lib) defaultDependencies shellHook;",
    ],
  ])("is left alone with %s", (_, inner, around) => {
    expect(connectFlake(shell(inner, around), input)).toEqual({ type: "already" });
  });

  it("gets the half that is missing", () => {
    const text = shell("packages = ai-rules.lib.defaultDependencies pkgs;");

    expect(changed(text, input).text).toBe(
      text.replace(" pkgs; }", " pkgs; shellHook = ai-rules.lib.shellHook; }"),
    );
  });

  it("is told by its code, and not by comments or other hooks", () => {
    const text = shell("shellHook = self.checks.shellHook; /* ai-rules.lib.shellHook */");

    expect(changed(text, input).text).toContain("ai-rules.lib.shellHook + ");
  });
});

function changed(text: string, request: ConnectRequest) {
  const change = connectFlake(text, request);
  if (change.type !== "changed") throw new Error(JSON.stringify(change));
  return change;
}

function byHand(name: string, request: ConnectRequest) {
  const change = connectFlake(styleNamed(name).text, request);
  if (change.type !== "by-hand") throw new Error(change.type);
  return change;
}

/** Which of some words do not come in a text in this order. */
function missingInOrder(words: readonly string[], text: string): readonly string[] {
  let at = 0;
  return words.filter((word) => {
    const found = text.indexOf(word.replace(/;$/, ""), at);
    if (found >= 0) at = found;
    return found < 0;
  });
}
