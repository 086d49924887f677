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
      modelFrom: "project",
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

describe("models and runtimes", () => {
  it("are read, with the file that each stands in", async () => {
    const { settings, errors, warnings } = await load({
      user: `{
        "modes": { "plan": { "model": "a/b", "temperature": 0 }, "build": { "model": "a/b" } },
        "runtimes": {
          "ollama": { "keepAlive": -1 },
          "box": { "type": "ollama", "url": "gpu-box:11434", "apiKeyVariable": "BOX_KEY" },
          "mlx": { "enabled": false }
        },
        "memory": { "budget": "32GB" }
      }`,
      project: `{
        "modes": { "build": { "temperature": 0.3 } },
        "runtimes": { "box": { "url": "http://other", "keepAlive": "1h30m", "enabled": true } },
        "memory": { "budget": 1000 }
      }`,
    });

    expect([errors, warnings]).toEqual([[], []]);
    expect(settings.modes).toMatchObject({
      plan: { model: "a/b", modelFrom: "user", temperature: 0, temperatureFrom: "user" },
      build: { model: "a/b", modelFrom: "user", temperature: 0.3, temperatureFrom: "project" },
    });
    expect(settings.runtimes).toEqual({
      ollama: { keepAlive: "-1", from: "user" },
      mlx: { off: true, from: "user" },
      box: {
        kind: "ollama",
        url: "http://other",
        tokenVariable: "BOX_KEY",
        keepAlive: "1h30m",
        off: false,
        from: "project",
      },
    });
    expect(settings.memoryBudgetBytes).toBe(1000);
  });

  it("mean the same when they are remembered", async () => {
    const root = await temporaryDirectory();
    const ports = isolatedPorts(root);
    await writeFile(
      join(root, "ai-rules.json"),
      '{ "runtimes": { "ollama": { "keepAlive": 60 } }, "memory": { "budget": "1 GiB" } }',
    );

    const [first, second] = [await loadSettings(ports, root), await loadSettings(ports, root)];

    expect(second.settings).toEqual(first.settings);
    expect(second.settings).toMatchObject({
      runtimes: { ollama: { keepAlive: "60", from: "project" } },
      memoryBudgetBytes: 1024 ** 3,
    });
  });

  it("are refused, each with its place, where they make no sense", async () => {
    const { settings, errors, warnings } = await load({
      project: `{
  "modes": { "plan": { "temperature": 3 } },
  "runtimes": {
    "box": { "type": "ollama" },
    "a/b": { "url": "x" },
    "ollama": { "type": "olama", "keepAlive": "soon", "apiKeyVariable": "sk-123 456", "ulr": "x" },
    "off": { "enabled": false }, "openai": { "url": "http://box:8000" }
  },
  "memory": { "budget": "much" }
}`,
    });

    expect(lines(errors)).toEqual([
      "ai-rules.json:2:39 modes.plan.temperature: expected at most 2, got 3",
      'ai-rules.json:4:12 runtimes.box: expected a url, since box is no kind of runtime, got {"type":"ollama"}',
      'ai-rules.json:5:12 runtimes.a/b: expected an id of letters, digits, _ . and -, got {"url":"x"}',
      'ai-rules.json:6:25 runtimes.ollama.type: expected one of "ollama", "lmstudio", "mlx", "llama-server", "llama-swap", "openai", got "olama"',
      'ai-rules.json:6:47 runtimes.ollama.keepAlive: expected a length of time such as "30m", or -1 for ever, got "soon"',
      "ai-rules.json:6:73 runtimes.ollama.apiKeyVariable: expected a variable's name, got another text",
      'ai-rules.json:7:44 runtimes.openai: expected another id: OpenCode\'s own openai has this one, got {"url":"http://box:8000"}',
      'ai-rules.json:9:25 memory.budget: expected a size such as "45GB", or a number of bytes, got "much"',
    ]);
    expect(lines(warnings)).toEqual([
      "ai-rules.json:6:87 runtimes.ollama.ulr is not a setting; did you mean url?",
    ]);
    expect(settings.runtimes).toEqual({
      ollama: { from: "project" },
      off: { off: true, from: "project" },
    });
  });
});

describe("how models of a runtime are used", () => {
  it("is read value by value, each with the file it stands in", async () => {
    const { settings, errors, warnings } = await load({
      user: `{ "runtimes": { "mlx": {
        "memoryLimit": 1000, "temperature": { "plan": 0.9, "build": 0.1 }, "maxTokens": 2048,
        "models": { "small": "a/small", "coder": "theirs" }
      } } }`,
      project: `{ "runtimes": { "mlx": {
        "memoryLimit": "45GB",
        "quantization": { "bits": 4, "groupSize": 128 },
        "batch": { "plan": 1, "review": 8 },
        "temperature": { "build": 0.3 },
        "context": { "plan": 32768, "build": "64k" },
        "models": { "coder": "qwen" }
      }, "lmstudio": { "url": "http://mac:1234" } } }`,
    });

    expect([errors, warnings]).toEqual([[], []]);
    const project = <T>(value: T) => ({ value, from: "project" });
    const user = <T>(value: T) => ({ value, from: "user" });
    expect(settings.runtimes["mlx"]?.tuning).toEqual({
      memoryLimit: project(45 * 1024 ** 3),
      quantization: project({ bits: 4, groupSize: 128 }),
      batch: { plan: project(1), review: project(8) },
      temperature: { plan: user(0.9), build: project(0.3) },
      context: { plan: project(32_768), build: project(65_536) },
      maxTokens: user(2048),
      models: { small: user("a/small"), coder: project("qwen") },
    });
    expect(settings.runtimes["lmstudio"]).toEqual({ url: "http://mac:1234", from: "project" });
  });

  it("means a relative directory of models from the project, in either file", async () => {
    const pathIn = async (modelsPath: string, file: "project" | "user") => {
      const text = JSON.stringify({
        runtimes: { mlx: { modelsPath, models: { a: "~/a", b: "b" } } },
      });
      const { settings, root, ports } = await load({ [file]: text });
      const { tuning } = settings.runtimes["mlx"] ?? {};
      expect(tuning?.models).toEqual({
        a: { value: join(ports.host.home, "a"), from: file },
        b: { value: "b", from: file },
      });
      const path = tuning?.modelsPath?.value ?? "";
      return path.replace(ports.host.home, "HOME").replace(root, "ROOT");
    };

    expect(await pathIn("mlx_models", "project")).toBe("ROOT/mlx_models");
    expect(await pathIn("./mlx_models", "user")).toBe("ROOT/mlx_models");
    expect(await pathIn("~/mlx", "project")).toBe("HOME/mlx");
    expect(await pathIn("~", "user")).toBe("HOME");
    expect(await pathIn("/models", "project")).toBe("/models");
  });

  it("is refused, each with its place, where it makes no sense", async () => {
    const { settings, errors, warnings } = await load({
      project: `{ "runtimes": { "mlx": {
  "memoryLimit": "lots",
  "quantization": { "bits": 7, "groupSize": 50 },
  "batch": { "plan": 0, "biuld": 4 },
  "temperature": { "plan": 3, "review": "hot" },
  "context": { "plan": "wide", "build": 0 },
  "maxTokens": 1.5,
  "modelsPath": "",
  "models": { "a b": "x", "ok": 5 },
  "memoryLimt": 1, "quantization_bits": 4
} } }`,
    });

    expect(lines(errors)).toEqual([
      'ai-rules.json:2:18 runtimes.mlx.memoryLimit: expected a size such as "45GB", or a number of bytes, got "lots"',
      "ai-rules.json:3:29 runtimes.mlx.quantization.bits: expected one of 2, 3, 4, 5, 6, 8, got 7",
      "ai-rules.json:3:45 runtimes.mlx.quantization.groupSize: expected one of 32, 64, 128, got 50",
      "ai-rules.json:4:22 runtimes.mlx.batch.plan: expected at least 1, got 0",
      "ai-rules.json:5:28 runtimes.mlx.temperature.plan: expected at most 2, got 3",
      'ai-rules.json:5:41 runtimes.mlx.temperature.review: expected a number, got "hot"',
      'ai-rules.json:6:24 runtimes.mlx.context.plan: expected a number of tokens such as 32768 or "32k", got "wide"',
      "ai-rules.json:6:41 runtimes.mlx.context.build: expected at least 1, got 0",
      "ai-rules.json:7:16 runtimes.mlx.maxTokens: expected a whole number, got 1.5",
      'ai-rules.json:8:17 runtimes.mlx.modelsPath: expected a directory, got ""',
      'ai-rules.json:9:22 runtimes.mlx.models.a b: expected a name of letters, digits, _ . : and -, got "x"',
      "ai-rules.json:9:33 runtimes.mlx.models.ok: expected a text, got 5",
    ]);
    expect(lines(warnings)).toEqual([
      "ai-rules.json:4:25 runtimes.mlx.batch.biuld is not a setting; did you mean build?",
      "ai-rules.json:10:3 runtimes.mlx.memoryLimt is not a setting; did you mean memoryLimit?",
      "ai-rules.json:10:20 runtimes.mlx.quantization_bits is not a setting; did you mean quantization?",
    ]);
    expect(settings.runtimes["mlx"]).toEqual({ from: "project" });
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
      "remove it; known here: shell, modes, layout, keys, scrollback, opencode, runtimes, memory",
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
