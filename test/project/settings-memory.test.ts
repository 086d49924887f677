import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { directoriesOf } from "../../src/project/directories.ts";
import { loadSettings } from "../../src/project/settings.ts";
import { isolatedPorts } from "../fakes/isolated-ports.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";

async function setUp(text: string) {
  const root = await temporaryDirectory();
  const ports = isolatedPorts(root);
  const file = join(root, "ai-rules.json");
  await writeFile(file, text);
  const memory = directoriesOf(ports).settings;
  const remembered = () => readdir(memory).catch(() => []);
  return { root, ports, file, memory, remembered };
}

describe("the memory of settings", () => {
  it("gives a start the same settings without reading them again", async () => {
    const { root, ports, memory, remembered } = await setUp('{ "layout": "rows", } // mine');
    const first = await loadSettings(ports, root);
    const [name = ""] = await remembered();
    expect(JSON.parse(await readFile(join(memory, name), "utf8"))).toEqual({ layout: "rows" });

    // What is written there now can only come from the memory.
    await writeFile(join(memory, name), '{ "layout": "columns" }');
    const second = await loadSettings(ports, root);

    expect(first.settings.layout).toBe("rows");
    expect(second.settings.layout).toBe("columns");
  });

  it("does not know a text that has changed", async () => {
    const { root, ports, file, remembered } = await setUp('{ "layout": "rows" }');
    await loadSettings(ports, root);

    await writeFile(file, '{ "layout": "columns" }');

    expect((await loadSettings(ports, root)).settings.layout).toBe("columns");
    expect((await remembered()).length).toBe(2);
  });

  it("never holds settings with a mistake: it is told at each start", async () => {
    const { root, ports, remembered } = await setUp('{ "layuot": "rows" }');

    for (const start of [1, 2])
      expect((await loadSettings(ports, root)).warnings.length, `start ${start}`).toBe(1);

    expect(await remembered()).toEqual([]);
  });

  it("is read again when it is damaged", async () => {
    const { root, ports, memory, remembered } = await setUp('{ "layout": "rows" }');
    await loadSettings(ports, root);
    const [name = ""] = await remembered();
    await writeFile(join(memory, name), "garbage");

    expect((await loadSettings(ports, root)).settings.layout).toBe("rows");
  });
});
