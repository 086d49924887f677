/** What docs/nix.md says between its blocks; the blocks are done in guide.real.test.ts. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { faults } from "../../src/nix/faults.ts";
import { projectRoot } from "./generated.ts";
import { guideBlocks } from "./guide-blocks.ts";

const guide = readFileSync(join(projectRoot, "docs/nix.md"), "utf8");
const text = guide.replaceAll(/^```.*\n[^]*?^```$/gmu, "");

describe("docs/nix.md", () => {
  it("names no command in its text that it does not run in a block", () => {
    const run = guideBlocks(guide).flatMap((block) =>
      block.type === "commands" ? block.commands.map(({ command }) => command) : [],
    );
    const named = [
      ...text.matchAll(/`((?:ai-rules|nix|git|direnv|mix|ollama|lms|db)[ -][^`]+)`/gu),
    ];

    const unknown = named
      .map(([, command = ""]) => command)
      .filter((command) => !run.some((each) => `${each} `.includes(`${command} `)));
    expect(named.length).toBeGreaterThan(5);
    expect(unknown).toEqual([]);
  });

  it("quotes only words of Nix that ai-rules knows, too", () => {
    const [, table = ""] = text.split("| it says | so |");
    const quoted = [...table.matchAll(/^\| `([^`]+)` \|/gmu)].map(([, words = ""]) => words);

    expect(quoted.length).toBeGreaterThan(5);
    const unknown = quoted.filter((words) => !faults.some(({ pattern }) => pattern.test(words)));
    expect(unknown).toEqual([]);
  });
});
