/**
 * The built program with a real OpenCode in build, whose model is switched from the keyboard in the
 * middle of a conversation; real models prove by their answers which one was asked.
 */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { untilGone } from "../e2e/processes.ts";
import { makeScene, plainShell, type Scene } from "../e2e/program.ts";
import type { TestTerminal } from "../e2e/terminal.ts";
import { startTwoModels, type TwoModels } from "./two-models.ts";

const slow = { timeoutMs: 40_000 } as const;

let models: TwoModels;
let scene: Scene;
let terminal: TestTerminal;

beforeAll(async () => {
  scene = await makeScene("switching");
  models = await startTwoModels(join(scene.home, "models"));
  const shell = { command: plainShell };
  const build = { model: "ollama/tiny-alpha" };
  await scene.write(
    "ai-rules.json",
    JSON.stringify({
      modes: { plan: shell, build, review: shell },
      runtimes: { ollama: { enabled: true, url: models.ollama.url } },
    }),
  );
  terminal = open();
});

afterAll(async () => {
  await scene.end();
  await models.close();
});

function open(): TestTerminal {
  return scene.open({ cols: 200, rows: 50, env: { npm_config_offline: "true" } });
}

async function ask(prompt: string): Promise<void> {
  terminal.type(prompt);
  await terminal.until(prompt);
  terminal.press("enter");
}

/**
 * Picks the second model in the list, and the first of the ways to it: a variant with room enough, or,
 * where Ollama's context has become known by then, the model as it is.
 */
async function pickBeta(): Promise<void> {
  terminal.press("ctrl+o", "m");
  await terminal.until("tiny-beta");
  terminal.type("beta");
  await terminal.until((screen) => !/tiny-alpha +\d/.test(screen), { what: "one model" });
  terminal.press("enter");
  const screen = await terminal.until(/tiny-beta for build|2 build · (switching to )?tiny-beta/);
  if (screen.includes("tiny-beta for build")) terminal.press("enter");
}

/** One story: each test goes on where the one before ended. */
describe("ai-rules switches a model", () => {
  it("begins with the model of the settings", async () => {
    terminal.press("alt+2");
    await terminal.until("Ask anything", slow);
    await terminal.until(/2 build · tiny-alpha\S* · ○ idle/, slow);
    await ask("who is there");

    await terminal.until("Alpha speaks here.", slow);
    await terminal.until(/2 build · tiny-alpha\S* · ○ idle/, slow);
  });

  it("goes on with the picked one, conversation and typed words kept", async () => {
    terminal.type("typed before");
    await terminal.until("typed before");
    await pickBeta();

    await terminal.until(/2 build · tiny-beta\S* · ○ idle/, slow);
    await terminal.until("typed before", slow);
    terminal.press("enter");

    await terminal.until("Beta answers now.", slow);
    await terminal.until(/2 build · tiny-beta\S* · ○ idle/, slow);
    expect(terminal.screen()).toContain("Alpha speaks here.");
    expect(models.llama.requests.at(-1)?.model).toBe("tiny-beta");
    expect(models.ollama.loadedNames()).toContainEqual(expect.stringMatching(/^tiny-beta/));
  });

  it("remembers the pick and the conversation", async () => {
    terminal.press("ctrl+o", "q");
    expect((await terminal.exited).code).toBe(0);
    terminal = open();
    terminal.press("alt+2");

    await terminal.until(/2 build · tiny-beta\S* · ○ idle/, slow);
    await terminal.until("Beta answers now.", slow);
    const asked = models.llama.requests.length;
    await ask("still there");
    await terminal.until(/Beta answers now[\s\S]*Beta answers now/, slow);
    await terminal.until(/2 build · tiny-beta\S* · ○ idle/, slow);
    expect(models.llama.requests.slice(asked).map(({ model }) => model)).toEqual(["tiny-beta"]);
  });

  it("leaves no process behind", async () => {
    terminal.press("ctrl+o", "q");

    expect((await terminal.exited).code).toBe(0);
    await untilGone("processes", () => scene.processes());
  });
});
