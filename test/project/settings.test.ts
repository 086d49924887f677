import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { defaultSettings } from "../../src/core/settings.ts";
import { createKeymap } from "../../src/keys/keymap.ts";
import { loadSettings } from "../../src/project/settings.ts";
import { isolatedPorts } from "../fakes/isolated-ports.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";

/** Loads the settings of a project with the given files. */
async function load({ project, user }: { readonly project?: string; readonly user?: string }) {
  const root = await temporaryDirectory();
  const ports = isolatedPorts(root);
  const userFile = join(ports.host.home, ".config", "ai-rules", "config.json");
  if (project !== undefined) await writeFile(join(root, "ai-rules.json"), project);
  if (user !== undefined) {
    await mkdir(dirname(userFile), { recursive: true });
    await writeFile(userFile, user);
  }
  return { root, userFile, ports, ...(await loadSettings(ports, root)) };
}

/** A problem as an editor's line: `file:line:column message`, the file without its directory. */
function lines(problems: Awaited<ReturnType<typeof load>>["errors"]): readonly string[] {
  return problems.map(({ position, message }) => {
    const file = position?.file.split("/").at(-1);
    return `${file}:${position?.line}:${position?.column} ${message}`;
  });
}

describe("settings", () => {
  it("are the defaults without any file", async () => {
    expect(await load({})).toMatchObject({ settings: defaultSettings, warnings: [], errors: [] });
  });

  it("are read with comments, trailing commas and a byte order mark", async () => {
    const { settings, errors, warnings } = await load({
      project: `\uFEFF{
        // the shell
        "$schema": "./somewhere.json",
        "shell": "dev",
        "layout": "rows", /* three rows */
        "scrollback": 0,
        "modes": { "plan": { "command": ["bash", "-l"], "env": { "A": "1" } }, },
        "keys": {
          "prefix": "ctrl+q",
          "bindings": { "zoom": "alt+z", "help": ["f1", "ctrl+shift+h"], "quit": null },
        },
        "opencode": { "path": "/opt/opencode" },
      }`,
    });

    expect([errors, warnings]).toEqual([[], []]);
    expect(settings).toEqual({
      ...defaultSettings,
      shell: "dev",
      layout: "rows",
      scrollback: 0,
      modes: {
        ...defaultSettings.modes,
        plan: { command: ["bash", "-l"], env: { A: "1" } },
      },
      keys: {
        prefix: "ctrl+q",
        bindings: { zoom: ["alt+z"], help: ["f1", "ctrl+shift+h"], quit: [] },
      },
      opencode: { path: "/opt/opencode" },
    });
  });

  it("of the project lie over those of the user, value by value", async () => {
    const { settings } = await load({
      user: `{
        "layout": "columns", "scrollback": 10,
        "modes": { "plan": { "model": "a/b", "agent": "x", "env": { "A": "user", "B": "user" } } },
        "keys": { "bindings": { "zoom": "f2", "help": "f1" } }
      }`,
      project: `{
        "layout": "rows",
        "modes": { "plan": { "model": "c/d", "env": { "A": "project" } } },
        "keys": { "bindings": { "zoom": null } }
      }`,
    });

    expect(settings).toMatchObject({ layout: "rows", scrollback: 10 });
    expect(settings.modes.plan).toEqual({
      model: "c/d",
      agent: "x",
      env: { A: "project", B: "user" },
    });
    expect(settings.keys.bindings).toEqual({ zoom: [], help: ["f1"] });
  });

  it("mean a relative path of opencode from their own file", async () => {
    const inProject = await load({ project: '{ "opencode": { "path": "bin/opencode" } }' });
    const inHome = await load({ user: '{ "opencode": { "path": "~/bin/opencode" } }' });

    expect(inProject.settings.opencode.path).toBe(join(inProject.root, "bin/opencode"));
    expect(inHome.settings.opencode.path).toBe(join(inHome.ports.host.home, "bin/opencode"));
  });
});

describe("keys", () => {
  it("are bound after the prefix when they say so", async () => {
    const { settings, errors } = await load({
      project: `{ "keys": { "bindings": { "zoom": ["prefix x", "alt+z"], "help": "ctrl+o F" } } }`,
    });

    expect(errors).toEqual([]);
    expect(settings.keys.bindings).toEqual({ zoom: ["prefix x", "alt+z"], help: ["ctrl+o F"] });
    const keymap = createKeymap(settings.keys);
    expect(keymap.afterPrefix("x")).toBe("zoom");
    expect(keymap.direct("alt+z")).toBe("zoom");
    expect(keymap.problems).toEqual([]);
  });
});

describe("a file with mistakes", () => {
  it("names them all at once, each with its place, and keeps what is good", async () => {
    const { settings, errors } = await load({
      project: `{
  "layout": "colums",
  "shell": "dev",
  "scrollback": 100001,
  "modes": { "plan": { "model": "gpt", "agent": "x" }, "build": { "command": [] } },
  "keys": { "prefix": "ctrl+", "bindings": { "zoom": 5, "help": "f1" } },
  "opencode": "opencode"
}`,
    });

    expect(lines(errors)).toEqual([
      'ai-rules.json:2:13 layout: expected one of "auto", "columns", "main-stack", "rows", got "colums"',
      "ai-rules.json:4:17 scrollback: expected at most 100000, got 100001",
      'ai-rules.json:5:33 modes.plan.model: expected "provider/model", got "gpt"',
      "ai-rules.json:5:78 modes.build.command: expected a program, got []",
      'ai-rules.json:6:23 keys.prefix: expected a chord such as "ctrl+o", "alt+1" or "shift+pgup", got "ctrl+"',
      'ai-rules.json:6:54 keys.bindings.zoom: expected a chord such as "ctrl+o", a list of chords, or null, got 5',
      'ai-rules.json:7:15 opencode: expected an object, got "opencode"',
    ]);
    expect(settings).toEqual({
      ...defaultSettings,
      shell: "dev",
      modes: { ...defaultSettings.modes, plan: { agent: "x", env: {} } },
      keys: { ...defaultSettings.keys, bindings: { help: ["f1"] } },
    });
  });

  it("is warned of unknown keys, with the nearest name", async () => {
    const { warnings, errors } = await load({
      project: `{
  "shel": "dev",
  "theme": "dark",
  "modes": { "biuld": {}, "plan": { "evn": {} } },
  "keys": { "bindings": { "restrat": "f5" } }
}`,
    });

    expect(errors).toEqual([]);
    expect(lines(warnings)).toEqual([
      "ai-rules.json:2:3 shel is not a setting; did you mean shell?",
      "ai-rules.json:3:3 theme is not a setting",
      "ai-rules.json:4:14 modes.biuld is not a setting; did you mean build?",
      "ai-rules.json:4:37 modes.plan.evn is not a setting; did you mean env?",
      "ai-rules.json:5:27 keys.bindings.restrat is not a setting; did you mean restart?",
    ]);
    expect(warnings[1]?.remedy).toBe(
      "remove it; known here: shell, modes, layout, keys, scrollback, opencode",
    );
  });

  it("is read as far as its syntax allows", async () => {
    const { settings, errors } = await load({
      project: '{\n  "shell": "dev"\n  "layout": "rows",\n',
    });

    expect(lines(errors)).toEqual([
      "ai-rules.json:3:3 not valid JSON: comma expected",
      "ai-rules.json:4:1 not valid JSON: property name expected",
    ]);
    expect(settings).toMatchObject({ shell: "dev", layout: "rows" });
  });

  it.each([
    ["[]", "the file: expected an object, got []"],
    ["7", "the file: expected an object, got 7"],
  ])("that holds no object (%s) counts as empty", async (project, message) => {
    const { settings, errors } = await load({ project });

    expect(settings).toEqual(defaultSettings);
    expect(lines(errors)).toEqual([`ai-rules.json:1:1 ${message}`]);
  });

  it("that is empty is no mistake", async () => {
    expect(await load({ project: "" })).toMatchObject({ settings: defaultSettings, errors: [] });
  });

  it("does not show the value of a variable or a control character", async () => {
    const { errors } = await load({
      project: String.raw`{
        "modes": { "plan": { "env": { "TOKEN": 12345, "bad name": "s3cret" } } },
        "layout": "\u001b[31mred"
      }`,
    });

    const text = lines(errors).join("\n");
    expect(text).toContain("modes.plan.env.TOKEN: expected a text");
    expect(text).toContain("expected a variable's name");
    expect(text).not.toMatch(/12345|s3cret/);
    expect(text).not.toContain("\u001b");
  });

  it("of the user does not spoil that of the project, and each is named", async () => {
    const { settings, errors, userFile } = await load({ user: "{", project: '{ "shell": "dev" }' });

    expect(settings.shell).toBe("dev");
    expect(errors.map(({ position }) => position?.file)).toEqual([userFile]);
  });

  it("that cannot be read is a problem, not the end", async () => {
    const root = await temporaryDirectory();
    const ports = isolatedPorts(root);
    const files = { ...ports.files, readText: () => Promise.reject(new Error("EACCES")) };

    const { settings, errors } = await loadSettings({ ...ports, files }, root);

    expect(settings).toEqual(defaultSettings);
    expect(errors.map(({ code }) => code)).toEqual(["settings/unreadable", "settings/unreadable"]);
  });
});
