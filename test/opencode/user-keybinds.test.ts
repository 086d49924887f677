import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { defaultSettings } from "../../src/core/settings.ts";
import { findCollisions } from "../../src/keys/collisions.ts";
import { createKeymap } from "../../src/keys/keymap.ts";
import { readKeybinds } from "../../src/opencode/user-keybinds.ts";
import { isolatedPorts } from "../fakes/isolated-ports.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";

describe("the user's keybinds", () => {
  it("are read from the tui.json files, the project's over the user's", async () => {
    const directory = await temporaryDirectory();
    const ports = isolatedPorts(directory);
    const root = join(directory, "project");
    await write(join(ports.host.home, ".config/opencode/tui.json"), {
      keybinds: { session_list: "ctrl+o", theme_list: "<leader>t", odd: 5 },
    });
    await write(join(root, ".opencode/tui.json"), { keybinds: { theme_list: "alt+1" } });

    const keybinds = await readKeybinds(ports, { root, environment: ports.env });

    expect(keybinds).toEqual({ session_list: "ctrl+o", theme_list: "alt+1" });
    const problems = findCollisions(keybinds, createKeymap(defaultSettings.keys));
    expect(problems.map(({ code }) => code)).toEqual([
      "opencode/key-collision",
      "opencode/key-collision",
    ]);
  });

  it("are none where there is no file, or a broken one", async () => {
    const directory = await temporaryDirectory();
    const ports = isolatedPorts(directory);
    await mkdir(join(directory, "project"));
    await writeFile(join(directory, "project/tui.json"), "{ broken");

    const environment = ports.env;
    const root = join(directory, "project");
    expect(await readKeybinds(ports, { root, environment })).toEqual({});
  });
});

async function write(path: string, value: object): Promise<void> {
  await mkdir(join(path, ".."), { recursive: true });
  await writeFile(path, JSON.stringify(value));
}
