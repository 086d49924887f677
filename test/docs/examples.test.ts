import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createKeymap } from "../../src/keys/keymap.ts";
import { parseSettings } from "../../src/project/settings-file.ts";
import { projectRoot } from "./generated.ts";

describe("the examples of settings in the documents", () => {
  it.each(["README.md", "docs/settings.md"])("in %s hold", async (file) => {
    const examples = await examplesOf(file);

    expect(examples).not.toEqual([]);
    for (const text of examples) {
      const { settings, warnings, errors } = parseSettings({ file, text });
      expect({ warnings, errors }).toEqual({ warnings: [], errors: [] });
      expect(keyProblems(settings.keys)).toEqual([]);
    }
  });
});

async function examplesOf(file: string): Promise<readonly string[]> {
  const text = await readFile(join(projectRoot, file), "utf8");
  return [...text.matchAll(/```jsonc\n([\s\S]*?)```/g)].map((match) => match[1] ?? "");
}

function keyProblems(keys: ReturnType<typeof parseSettings>["settings"]["keys"]) {
  const bindings = Object.entries(keys?.bindings ?? {}).map(([action, chords]) => [
    action,
    chords === null || chords === undefined ? [] : [chords].flat(),
  ]);
  return createKeymap({
    prefix: keys?.prefix ?? "ctrl+o",
    bindings: Object.fromEntries(bindings),
  }).problems;
}
