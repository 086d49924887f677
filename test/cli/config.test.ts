import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { type ConfigInvocation, config } from "../../src/cli/config.ts";
import { configReportSchema } from "../../src/cli/config-report-schema.ts";
import { configTable } from "../../src/cli/config-text.ts";
import { createPaint } from "../../src/cli/paint.ts";
import type { Variables } from "../../src/platform/ports.ts";
import { directoriesOf, projectDirectory } from "../../src/project/directories.ts";
import { writePicks } from "../../src/project/picks.ts";
import { isolatedPorts } from "../fakes/isolated-ports.ts";
import { createRecordedConsole } from "../fakes/recorded-console.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";

/** A project, whose shell is the one we are in. */
async function begin(variables: Variables = {}) {
  const root = await temporaryDirectory();
  const ports = isolatedPorts(root, { IN_NIX_SHELL: "impure", ...variables });
  const directories = directoriesOf(ports);
  return {
    root,
    ports,
    user: (text: string) => write(directories.userSettings, text),
    project: (text: string) => write(join(root, "ai-rules.json"), text),
    pick: (model: string) =>
      writePicks(ports, projectDirectory(directories, root), {
        picks: { plan: { model } },
        recent: [],
      }),
    run: async (
      options: ConfigInvocation["options"] = {},
      command: ConfigInvocation["command"] = "config",
    ) => {
      const console = createRecordedConsole();
      const code = await config({ ports, console }, { command, options }, root);
      return { ...console, code };
    },
  };
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

async function report(scene: Awaited<ReturnType<typeof begin>>, options = {}) {
  const { lines } = await scene.run({ json: true, ...options });
  const { settings, ...rest } = configReportSchema.parse(JSON.parse(lines.join("\n")));
  return { ...rest, settings: new Map(settings.map((setting) => [setting.name, setting])) };
}

describe("`ai-rules config`", () => {
  it("tells what holds where nothing is set", async () => {
    const scene = await begin();
    const { lines, notes, code } = await scene.run();

    expect({ lines, notes, code }).toEqual({
      lines: [
        "SETTING             VALUE    FROM",
        "keys.prefix         ctrl+o   default",
        "layout              auto     default",
        "modes.build.agent   build    default",
        "modes.plan.agent    plan     default",
        "modes.review.agent  review   default",
        "scrollback          5000     default",
        "shell               default  default",
      ],
      notes: [],
      code: 0,
    });
  });

  it("tells of each setting the file and line, and what it overrules", async () => {
    const scene = await begin();
    await scene.user('{\n  "layout": "rows",\n  "scrollback": 10\n}');
    await scene.project(
      '{\n  // mine\n  "modes": {\n    "plan": { "command": ["a", "b"] }\n  },\n"layout": "columns" }',
    );

    const { lines } = await scene.run();

    expect(lines).toEqual(
      expect.arrayContaining([
        expect.stringMatching(
          /^layout +columns +ai-rules\.json:6 +home\/\.config\/ai-rules\/config\.json:2$/,
        ),
        expect.stringMatching(/^modes\.plan\.command +\["a","b"\] +ai-rules\.json:4$/),
        expect.stringMatching(/^scrollback +10 +home\/\.config\/ai-rules\/config\.json:3$/),
      ]),
    );
  });

  it("names the variables of the shell that say where runtimes are and how they are used", async () => {
    const scene = await begin({
      OLLAMA_HOST: "gpu-box:1234",
      OLLAMA_KEEP_ALIVE: "2h",
      LMSTUDIO_MAX_TOKENS: "4096",
      MLX_MODELS_PATH: "/models",
    });
    await scene.user('{ "runtimes": { "ollama": { "keepAlive": "5m" } } }');

    const { lines } = await scene.run();
    await scene.project('{ "runtimes": { "ollama": { "keepAlive": "1h" } } }');
    const weaker = await scene.run();

    for (const row of [
      /^runtimes\.lmstudio\.maxTokens +4096 +LMSTUDIO_MAX_TOKENS/,
      /^runtimes\.mlx\.modelsPath +\/models +MLX_MODELS_PATH/,
      /^runtimes\.ollama\.keepAlive +2h +OLLAMA_KEEP_ALIVE +home\/\.config\/ai-rules\/config\.json:1/,
      /^runtimes\.ollama\.url +http:\/\/gpu-box:1234 +OLLAMA_HOST/,
    ])
      expect(lines).toContainEqual(expect.stringMatching(row));
    expect(weaker.lines).toContainEqual(
      expect.stringMatching(/^runtimes\.ollama\.keepAlive +1h +ai-rules\.json:1/),
    );
  });

  it("masks what is secret in a command and in a URL, unless it is asked for", async () => {
    const scene = await begin();
    const url = "http://127.0.0.1:9/v1?api_key=geheim7";
    const command = ["serve", "--token", "geheim8", "Authorization: Basic geheim9"];
    await scene.project(
      JSON.stringify({ modes: { plan: { command } }, runtimes: { box: { type: "openai", url } } }),
    );

    const masked = (await scene.run()).lines.join("\n");
    const shown = (await scene.run({ secrets: true })).lines.join("\n");

    expect(masked).not.toContain("geheim");
    expect(masked).toContain('["serve","--token","***","Authorization: ***"]');
    for (const secret of ["geheim7", "geheim8", "geheim9"]) expect(shown).toContain(secret);
  });

  it("counts picks and variables of the shell by their strength", async () => {
    const scene = await begin({
      OLLAMA_MODEL_PLAN: "a:1",
      OLLAMA_MODEL_BUILD: "b:1",
      OLLAMA_TEMPERATURE_BUILD: "0.3",
      OLLAMA_MODEL_REVIEW: "c:1",
      MLX_VRAM_LIMIT: "1GB",
    });
    await scene.pick("ollama/picked:1");
    await scene.user('{ "modes": { "build": { "model": "ollama/user:1" } } }');
    await scene.project('{ "modes": { "review": { "model": "ollama/project:1" } } }');

    const { settings } = await report(scene);
    const told = (name: string) => {
      const { value, source, overruled } = settings.get(name) ?? {};
      return [value, source?.from, source?.name, overruled?.from];
    };

    expect(told("modes.plan.model")).toEqual(["ollama/picked:1", "pick", undefined, undefined]);
    expect(told("modes.build.model")).toEqual([
      "ollama/b:1",
      "variable",
      "OLLAMA_MODEL_BUILD",
      "user",
    ]);
    expect(told("modes.build.temperature").slice(0, 3)).toEqual([
      0.3,
      "variable",
      "OLLAMA_TEMPERATURE_BUILD",
    ]);
    expect(told("modes.review.model")).toEqual([
      "ollama/project:1",
      "project",
      undefined,
      undefined,
    ]);
    expect(told("memory.budget").slice(0, 3)).toEqual([1024 ** 3, "variable", "MLX_VRAM_LIMIT"]);
  });

  it("says what is wrong, and ends with 1 only where a value does not count", async () => {
    const scene = await begin();
    await scene.project('{\n  "layuot": "rows",\n  "keys": { "bindings": { "zoom": "z" } }\n}');
    const warned = await scene.run();
    await scene.project('{\n  "scrollback": -1\n}');
    const failed = await scene.run();

    expect(warned.code).toBe(0);
    expect(warned.notes).toEqual([
      "warning: ai-rules.json:2:3: layuot is not a setting; did you mean layout?; fix: rename it to layout",
      expect.stringMatching(/^warning: keys\.bindings\.zoom: z alone is needed for typing; fix: /),
    ]);
    expect(failed.code).toBe(1);
    expect(failed.notes[0]).toMatch(
      /^error: ai-rules\.json:2:17?: scrollback: expected at least 0/,
    );
    expect((await report(scene)).problems).toEqual([
      expect.objectContaining({ level: "error", code: "settings/invalid-value", line: 2 }),
    ]);
  });

  it("masks the variables of a mode that look like secrets", async () => {
    const scene = await begin();
    await scene.project(
      '{ "modes": { "plan": { "env": { "HEX_API_KEY": "abc", "MIX_ENV": "test" } } } }',
    );

    const { settings } = await report(scene);
    const shown = await report(scene, { secrets: true });

    expect(settings.get("modes.plan.env.HEX_API_KEY")?.value).toBe("***");
    expect(settings.get("modes.plan.env.MIX_ENV")?.value).toBe("test");
    expect(shown.settings.get("modes.plan.env.HEX_API_KEY")?.value).toBe("abc");
  });

  it("takes the last of a key that stands there twice, as JSON does", async () => {
    const scene = await begin();
    await scene.project('\uFEFF{\n "layout": "rows",\n "layout": "columns" }');

    expect((await report(scene)).settings.get("layout")).toMatchObject({
      value: "columns",
      source: { line: 3, column: 2 },
    });
  });

  it("fits into a narrow terminal", async () => {
    const scene = await begin();
    await scene.user(`{ "opencode": { "path": "/${"long/".repeat(20)}opencode" } }`);
    const { lines } = await scene.run({ json: true });
    const read = configReportSchema.parse(JSON.parse(lines.join("\n")));

    const table = configTable(read, { cols: 50, paint: createPaint(false), home: "/nobody" });

    expect(Math.max(...table.map((line) => line.length))).toBeLessThanOrEqual(50);
  });

  it("prints the schema as it is shipped", async () => {
    const scene = await begin();
    const { lines } = await scene.run({}, "config schema");

    expect(`${lines.join("\n")}\n`).toBe(
      await readFile(join(import.meta.dirname, "../../profiles/ai-rules.schema.json"), "utf8"),
    );
  });
});
