import { describe, expect, it } from "vitest";
import { guideBlocks, isShown } from "./guide-blocks.ts";

const fence = "```";

describe("the blocks of a guide", () => {
  it("are commands, bindings and files, with their place", () => {
    const text = `# One\n\n${fence}sh shell\na \\\n  b\n# no\nc\n${fence}\n## Two\n${fence}console after rain\n$ d\n...\n$ e\n${fence}\n${fence}nix profile.shells\nx = 1;\n${fence}\n${fence}nix nix/x.nix\n2\n${fence}\n`;

    expect(guideBlocks(text)).toMatchObject([
      {
        line: 3,
        heading: "One",
        type: "commands",
        inShell: true,
        commands: [{ command: "a    b" }, { command: "c" }],
      },
      {
        heading: "Two",
        after: "rain",
        commands: [
          { command: "d", output: ["..."] },
          { command: "e", output: [] },
        ],
      },
      { type: "bindings", set: ["profile", "shells"], text: "x = 1;" },
      { type: "file", path: "nix/x.nix", text: "2" },
    ]);
  });

  it.each([
    ["no language", `${fence}\nx\n${fence}`],
    ["another one", `${fence}bash\nx\n${fence}`],
    ["a word that means nothing", `${fence}nix sample\nx\n${fence}`],
    ["a console without a command", `${fence}console\nx\n${fence}`],
    ["no end", `${fence}sh\nx`],
    ["indentation in place of a fence", "text\n\n    nix develop\n"],
  ])("are refused with %s: no block is left out silently", (_, text) => {
    expect(() => guideBlocks(text)).toThrow("which no test knows how to run");
  });
});

describe("what a guide shows of an output", () => {
  it.each([
    ["a\nb\n", ["a", "b"], true],
    ["a\nb\n", ["a"], false],
    ["a\nb\n", ["b"], false],
    ["a\nb\nc\n", ["...", "c"], true],
    ["a\nb\nc\n", ["a", "..."], true],
    ["a\nb\nc\n", ["...", "b", "..."], true],
    ["c\n", ["...", "c"], true],
    ["v 1.17.3 (x)\n", ["v 1.17..."], true],
    ["v 1.18.3\n", ["v 1.17..."], false],
    ["v 1x17\n", ["v 1.17"], false],
    ["", [], true],
  ])("`%s` as %j is %s", (output, shown, expected) => {
    expect(isShown(output, shown)).toBe(expected);
  });
});
