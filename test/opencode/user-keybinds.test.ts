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

  it("are read in all forms that OpenCode takes, from a tui.jsonc as well", async () => {
    const directory = await temporaryDirectory();
    const ports = isolatedPorts(directory);
    const root = join(directory, "project");
    await write(join(ports.host.home, ".config/opencode/tui.json"), {
      keybinds: { session_list: "alt+9", leader: "ctrl+x" },
    });
    await write(join(ports.host.home, ".config/opencode/tui.jsonc"), {
      keybinds: {
        session_list: ["ctrl+o", { name: "y", ctrl: true }],
        theme_list: false,
        sidebar_toggle: { key: "alt+1", event: "press" },
        model_list: { key: { name: "pageup", shift: true } },
        odd: [],
      },
    });

    const keybinds = await readKeybinds(ports, { root, environment: ports.env });

    expect(keybinds).toEqual({
      leader: "ctrl+x",
      session_list: "ctrl+o,ctrl+y",
      theme_list: "none",
      sidebar_toggle: "alt+1",
      model_list: "shift+pageup",
    });
    const problems = findCollisions(keybinds, createKeymap(defaultSettings.keys));
    expect(problems.map(({ message }) => message.split(" ")[0])).toEqual([
      "ctrl+o",
      "alt+1",
      "shift+pageup",
    ]);
  });

  it("are those of an opencode.json until OpenCode has moved them to a tui.json", async () => {
    const directory = await temporaryDirectory();
    const ports = isolatedPorts(directory);
    const root = join(directory, "project");
    await write(join(root, "opencode.json"), { keybinds: { session_list: "ctrl+o" } });
    const place = { root, environment: ports.env };

    expect(await readKeybinds(ports, place)).toEqual({ session_list: "ctrl+o" });
    await write(join(root, "tui.json"), {});
    expect(await readKeybinds(ports, place)).toEqual({});
  });

  it("of a variable's file are weaker than the project's", async () => {
    const directory = await temporaryDirectory();
    const ports = isolatedPorts(directory);
    const root = join(directory, "project");
    const own = join(directory, "own.json");
    await write(own, { keybinds: { session_list: "ctrl+o", theme_list: "alt+2" } });
    await write(join(root, "tui.json"), { keybinds: { session_list: "f5" } });

    const environment = { ...ports.env, OPENCODE_TUI_CONFIG: own };
    expect(await readKeybinds(ports, { root, environment })).toEqual({
      session_list: "f5",
      theme_list: "alt+2",
    });
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
