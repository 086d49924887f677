/** What the files of the profiles promise each other and the program. */
import { join } from "node:path";
import { parse as parseJson } from "jsonc-parser";
import { describe, expect, it } from "vitest";
import { parseByteSize } from "../../src/core/byte-size.ts";
import { parseContext } from "../../src/core/context-size.ts";
import { type Fit, fitOf, isGood } from "../../src/core/fit.ts";
import { asList, asObject, type JsonObject } from "../../src/core/json.ts";
import { type AgentMode, agentModes, byMode } from "../../src/core/mode.ts";
import type { MemoryState } from "../../src/core/runtime.ts";
import { createPorts } from "../../src/platform/real-ports.ts";
import {
  type LoadedProfile,
  loadProfile,
  type ModelRuntime,
  modelRuntimes,
  type ProfileFit,
  profileNames,
} from "../../src/profiles/profile.ts";
import { parseSettings } from "../../src/project/settings-file.ts";
import { sampleInstalled, sampleMemory, sampleRuntime } from "../fakes/sample-models.ts";

const ports = createPorts();
const loaded = await Promise.all(profileNames.map((name) => loadProfile(ports, name)));
const each = loaded.map((one) => [one.profile.name, one] as const);

describe.each(each)("the profile %s", (_, { profile, files }) => {
  it.each(agentModes)("says of %s what its OpenCode configuration says", (mode) => {
    const { prompt, temperature } = profile.modes[mode];
    const agent = asObject(asObject(modeFile(files, mode)["agent"])[mode]);

    expect(agent).toMatchObject({ prompt: `{file:./prompts/${mode}.md}`, temperature });
    expect(agent["description"]).toEqual(expect.any(String));
    expect(agent).not.toHaveProperty("model");
    expect(files.get(prompt)).toBeDefined();
  });

  it.each(["plan", "review"] as const)("gives %s only tools of Serena that read", (mode) => {
    const config = modeFile(files, mode);
    const rules = Object.entries(asObject(asObject(asObject(config["agent"])[mode])["permission"]));

    expect(rules[0]).toEqual(["serena_*", "deny"]);
    const allowed = rules.filter(([, rule]) => rule === "allow").map(([tool]) => tool);
    expect(rules.slice(1).map(([tool]) => tool)).toEqual(allowed);
    for (const tool of allowed)
      expect(tool).toMatch(/^serena_(find|get|list|read|search|initial_instructions)/);
    expect(Object.keys(asObject(config["mcp"]))).toEqual(["serena"]);
    expect(commandOf(config, "serena")).toContain("planning");
  });

  it("has generators that ask nothing and make the application where it is wanted", () => {
    for (const { command, tasks } of profile.generators) {
      expect(command.slice(0, 3)).toEqual(["mix", tasks[0]?.name, "{dir}"]);
      expect(command.join(" ")).toMatch(/--app \{app\}( |$)/);
      // Igniter commits to the repository that it is in, unless it is told not to.
      if (tasks[0]?.name === "igniter.new")
        expect(command).toEqual(expect.arrayContaining(["--yes", "--no-git"]));
    }
  });

  it("leaves it to the user to let mgrep send the project to its makers", () => {
    const mgrep = asObject(asObject(modeFile(files, "build")["mcp"])["mgrep"]);

    expect(mgrep).toMatchObject({ command: ["mgrep", "mcp"], enabled: false });
  });

  it("asks or refuses in build after it allows, since the last rule that matches counts", () => {
    const agent = asObject(asObject(modeFile(files, "build")["agent"])["build"]);
    const bash = Object.values(asObject(asObject(agent["permission"])["bash"]));

    expect(bash[0]).toBe("allow");
    expect(bash.slice(1)).not.toContain("allow");
  });

  it("has settings that are valid, and name no model: the shell's variables do", () => {
    const text = files.get("ai-rules.json") ?? "";

    const { settings, warnings, errors } = parseSettings({ file: "ai-rules.json", text });

    expect([...warnings, ...errors]).toEqual([]);
    for (const mode of agentModes) expect(settings.modes?.[mode]?.model).toBeUndefined();
  });

  it("says in its settings what the variables of its flake say", () => {
    const { settings } = parseSettings({ file: "", text: files.get("ai-rules.json") ?? "" });
    const { lmstudio, mlx } = settings.runtimes ?? {};
    const flake = files.get("flake.nix") ?? "";
    const variable = (name: string) => new RegExp(`^ +${name} = "(.*)";`, "m").exec(flake)?.[1];
    const temperature = (mode: AgentMode) => profile.modes[mode].temperature;

    expect(lmstudio?.temperature).toEqual(byMode(temperature));
    expect(mlx?.temperature).toEqual(byMode(temperature));
    expect(String(lmstudio?.maxTokens)).toBe(variable("LMSTUDIO_MAX_TOKENS"));
    for (const context of Object.values({ ...lmstudio?.context, ...mlx?.context }))
      expect(String(parseContext(String(context)))).toBe(variable("LMSTUDIO_CONTEXT_WINDOW"));
    expect(mlx?.memoryLimit).toBe(variable("MLX_VRAM_LIMIT"));
    expect(String(mlx?.quantization?.bits)).toBe(variable("MLX_QUANTIZATION_BITS"));
    expect(String(mlx?.quantization?.groupSize)).toBe(variable("MLX_QUANTIZATION_GROUP_SIZE"));
    expect(mlx?.batch).toEqual(
      byMode((mode) => Number(variable(`MLX_BATCH_${mode.toUpperCase()}`))),
    );
    expect(`$AI_RULES_PROJECT_ROOT/${mlx?.modelsPath}`).toBe(variable("MLX_MODELS_PATH"));
    expect(Object.values(mlx?.models ?? {})).toEqual([profile.fit.models.mlx.name]);
  });

  it("says what its flake says: shells, models and temperatures", () => {
    const flake = files.get("flake.nix") ?? "";
    const rows = [...flake.matchAll(/^ +(elixir_\w+) = \{ elixir = /gm)].map(([, row]) => row);

    expect(flake).toContain(`defaultShell = "${profile.shells.default}";`);
    expect(profile.shells.names).toEqual(["default", ...rows, ...rows.map((row) => `${row}+`)]);
    for (const mode of agentModes) {
      const [, text = ""] = new RegExp(`^ +${mode} = \\{([^}]*)\\}`, "m").exec(flake) ?? [];
      const fields = [...text.matchAll(/(\w+) = "([^"]*)";/g)].map(([, key, value]) => [
        key,
        value,
      ]);
      const { models, temperature } = profile.modes[mode];
      expect(Object.fromEntries(fields)).toEqual({ ...models, temperature: String(temperature) });
    }
  });

  it("has skills with a name and a description as OpenCode wants them", () => {
    const skills = skillsOf(files);

    expect(skills.map(([name]) => name)).toContain("otp");
    for (const [name, text] of skills) {
      const head = /^---\nname: ([a-z0-9]+(?:-[a-z0-9]+)*)\ndescription: (.+)\n---\n/.exec(text);
      expect(head?.[1]).toBe(name);
      expect(head?.[2]?.length).toBeLessThanOrEqual(1024);
      // A colon and a space would begin a mapping in the head's YAML.
      expect(head?.[2]).not.toContain(": ");
    }
  });

  it("uses one model a runtime for all modes, so that they do not evict each other's", () => {
    for (const runtime of modelRuntimes) {
      const names = agentModes.map((mode) => profile.modes[mode].models[runtime]);
      expect(new Set(names)).toEqual(new Set([profile.fit.models[runtime].name]));
    }
  });

  it.each(modelRuntimes)("has done its sums for %s as the program does them", (kind) => {
    const { need, context } = profile.fit.models[kind];

    const fit = fitWith(profile.fit, kind, context);

    expect(fit.needBytes).toBe(need);
    expect(fit.verdict).toBe("fits");
    expect(profile.fit.why).toContain(inGibibytes(need));
  });

  it("still fits with the 262144 tokens that Ollama takes by itself", () => {
    const fit = fitWith(profile.fit, "ollama", 262_144);

    expect(isGood(fit.verdict)).toBe(true);
    expect(profile.fit.why).toContain(inGibibytes(fit.needBytes));
  });

  it("names each dependency once", () => {
    const names = profile.dependencies.map((dependency) => dependency.name);

    expect(names).toEqual([...new Set(names)]);
  });

  it("has tidy texts: no blanks at the ends of lines, one newline at the end", () => {
    const untidy = [...files].filter(([path, text]) => !path.endsWith(".lock") && isUntidy(text));

    expect(untidy.map(([path]) => path)).toEqual([]);
  });
});

describe("the profiles together", () => {
  it("have the same text in skills of the same name", () => {
    const texts = new Map<string, Set<string>>();
    for (const [name, text] of loaded.flatMap(({ files }) => skillsOf(files)))
      texts.set(name, (texts.get(name) ?? new Set()).add(text));

    expect([...texts].filter(([, different]) => different.size > 1)).toEqual([]);
  });

  it.each(agentModes)(
    "have the same prompt for %s, up to what their kind of project adds",
    (mode) => {
      const prompts = loaded.map(
        ({ files, profile }) => files.get(profile.modes[mode].prompt) ?? "",
      );
      const parts = prompts.map((prompt) => prompt.split("\n## In this project\n"));

      expect(parts.map(({ length }) => length)).toEqual(prompts.map(() => 2));
      expect(new Set(parts.map(([shared]) => shared)).size).toBe(1);
      expect(new Set(parts.map(([, own]) => own)).size).toBe(prompts.length);
    },
  );

  it("have the same models, shells, settings and plan and review configuration", () => {
    const [first] = loaded;
    for (const { profile, files } of loaded) {
      expect(profile.fit).toEqual(first?.profile.fit);
      expect(profile.shells).toEqual(first?.profile.shells);
      for (const path of ["ai-rules.json", modePath("plan"), modePath("review")])
        expect(files.get(path)).toBe(first?.files.get(path));
    }
  });
});

describe("docs/profiles.md", () => {
  it.each(modelRuntimes)("tells what the model for %s takes", async (runtime) => {
    const { name, need } = loaded[0]?.profile.fit.models[runtime] ?? {};
    const path = join(ports.host.installation, "docs", "profiles.md");
    const row = (await ports.files.readText(path))
      ?.split("\n")
      .find((line) => line.includes(`\`${name}\``));

    expect(row).toContain(`| ${inGibibytes(need)} |`);
  });
});

type Files = LoadedProfile["files"];

function modePath(mode: AgentMode): string {
  return `.opencode/opencode.${mode}.json`;
}

function modeFile(files: Files, mode: AgentMode): JsonObject {
  return asObject(parseJson(files.get(modePath(mode)) ?? ""));
}

function commandOf(config: JsonObject, server: string): readonly unknown[] {
  return asList(asObject(asObject(config["mcp"])[server])["command"]);
}

/** Names and texts of the skills. */
function skillsOf(files: Files): readonly (readonly [string, string])[] {
  return [...files].flatMap(([path, text]) => {
    const name = /^\.opencode\/skills\/([^/]+)\/SKILL\.md$/.exec(path)?.[1];
    return name === undefined ? [] : [[name, text] as const];
  });
}

/** Whether the model chosen for a runtime fits on the machine it was chosen for, nothing else loaded. */
function fitWith(chosen: ProfileFit, kind: ModelRuntime, context: number): Fit {
  const { name, weights, layers, kvHeads, headDimension } = chosen.models[kind];
  const shape = { layers, kvHeads, keyLength: headDimension, valueLength: headDimension };
  const runtime = sampleRuntime(kind);
  return fitOf({
    model: sampleInstalled(name, { sizeBytes: weights, shape }),
    runtime,
    runtimes: [runtime],
    memory: machine(chosen),
    context,
    usedBy: () => [],
  });
}

function machine({ memory, budget }: ProfileFit): MemoryState {
  const bytes = parseByteSize(memory) ?? 0;
  const budgetBytes = parseByteSize(budget) ?? 0;
  return {
    ...sampleMemory,
    kind: "unified",
    usedBytes: 0,
    totalBytes: budgetBytes,
    budgetBytes,
    ramBytes: bytes,
    ramFreeBytes: bytes,
  };
}

function inGibibytes(bytes = 0): string {
  return `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
}

function isUntidy(text: string): boolean {
  return /[ \t]$/m.test(text) || !/[^\n]\n$/.test(text) || text.includes("\r");
}
