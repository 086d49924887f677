import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  type OpencodeModelsRequest,
  readOpencodeModels,
} from "../../src/opencode/opencode-models.ts";
import { isolatedPorts } from "../fakes/isolated-ports.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";

type Files = Readonly<Record<string, unknown>>;

async function read(files: Files, more: Partial<OpencodeModelsRequest> = {}) {
  const directory = await temporaryDirectory();
  for (const [name, content] of Object.entries(files)) {
    const path = join(directory, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
  }
  return readOpencodeModels(isolatedPorts(directory), {
    root: join(directory, "project"),
    environment: { HOME: join(directory, "home") },
    agents: { plan: "plan", build: "build", review: "review" },
    addresses: [{ id: "ollama", url: "http://127.0.0.1:11434" }],
    ...more,
  });
}

const provider = (models: readonly string[], baseURL?: string) => ({
  ...(baseURL ? { options: { baseURL } } : {}),
  models: Object.fromEntries(models.map((name) => [name, {}])),
});

const mine = "home/.config/opencode/opencode.json";
const project = "project/opencode.json";

describe("the models of OpenCode's own configuration", () => {
  it("are none where there is none", async () => {
    expect(await read({})).toEqual({ models: [], defaults: {} });
  });

  it("are those of its providers and those it names", async () => {
    const { models } = await read({
      [mine]: { provider: { hub: provider(["big", "a/small"]) } },
      [project]: { model: "anthropic/claude", agent: { helper: { model: "openai/gpt" } } },
    });

    expect(models).toEqual(["hub/big", "hub/a/small", "anthropic/claude", "openai/gpt"]);
  });

  it("go without providers that OpenCode does not offer", async () => {
    const { models } = await read({
      [mine]: {
        provider: { hub: provider(["one"]), den: provider(["two"]), bay: provider(["three"]) },
        enabled_providers: ["hub", "den"],
        disabled_providers: ["den"],
      },
    });

    expect(models).toEqual(["hub/one"]);
  });

  it("go without what a runtime of ours serves, under whatever name", async () => {
    const { models, defaults } = await read({
      [mine]: {
        model: "mylocal/qwen3",
        provider: {
          ollama: provider(["a"], "http://elsewhere:1/v1"),
          mylocal: provider(["qwen3"], "http://localhost:11434/v1/"),
        },
      },
    });

    expect(models).toEqual([]);
    expect(defaults.plan).toBe("ollama/qwen3");
  });

  it("include what was chosen lately, where there is a login; its key is not looked at", async () => {
    const chosen = (providerID: string, modelID: string) => ({ providerID, modelID });
    const { models } = await read({
      "home/.local/share/opencode/auth.json": { anthropic: { type: "api", key: "secret" } },
      "home/.local/state/opencode/model.json": {
        recent: [chosen("anthropic", "claude"), chosen("gone", "model"), "nonsense"],
        favorite: [chosen("anthropic", "claude-small")],
      },
    });

    expect(models).toEqual(["anthropic/claude-small", "anthropic/claude"]);
  });

  it("name a default for each mode: its own configuration, its agent, then the project's", async () => {
    const { defaults } = await read({
      [project]: { model: "a/all", agent: { build: { model: "a/build" } } },
      "project/.opencode/opencode.review.json": { model: "a/review" },
      "project/.opencode/agent/plan.md": '---\nmodel: "a/plan" # mine\nmode: primary\n---\nThink.',
    });

    expect(defaults).toEqual({ plan: "a/plan", build: "a/build", review: "a/review" });
  });

  it("survive broken files", async () => {
    const broken = { [mine]: "{{{", [project]: "[]" };
    const nonsense = { "home/.local/state/opencode/model.json": '{"recent": 5}' };

    expect(await read({ ...broken, ...nonsense })).toEqual({ models: [], defaults: {} });
  });
});
