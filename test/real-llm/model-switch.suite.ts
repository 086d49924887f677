/** A real OpenCode goes on with another real model in the middle of a conversation. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AgentModel } from "../../src/core/agent-model.ts";
import { applyModel } from "../../src/tui/apply-model.ts";
import { createWorld, type Pane, type World } from "../opencode/real-pane.ts";
import { startTwoModels, type TwoModels } from "./two-models.ts";

const slow = { timeoutMs: 60_000 } as const;

let world: World;
let models: TwoModels;
let pane: Pane;

beforeAll(async () => {
  world = await createWorld();
  models = await startTwoModels(join(world.directory, "models"));
  pane = await world.open({ mode: "plan", localModel: local("tiny-alpha:latest") });
  await pane.terminal.until("Ask anything", slow);
});

afterAll(async () => {
  await world.close();
  await models.close();
});

const local = (name: string): AgentModel => ({
  ref: `ollama/${name}`,
  provider: "ollama",
  name,
  url: `${models.ollama.url}/v1`,
  context: 65_536,
  output: 1024,
  tools: true,
});

async function apply(name: string) {
  return applyModel(world.ports, {
    agent: pane.agent,
    sessionId: pane.last("session")?.id,
    model: local(name),
    localModel: local(name),
    screen: () => pane.terminal.screen(),
  });
}

async function ask(prompt: string): Promise<void> {
  pane.terminal.type(prompt);
  await pane.terminal.until(prompt);
  pane.terminal.press("enter");
}

/** One story: each test goes on where the one before ended. */
describe("a conversation with two real models", () => {
  it("is answered by the first", async () => {
    await ask("who is there");

    await pane.terminal.until("Alpha speaks here.", slow);
    await pane.activity("idle");
    await pane.seen(() => pane.last("session"));
    expect(models.ollama.loadedNames()).toEqual(["tiny-alpha:latest"]);
  });

  it("is answered by the second after a switch, with all that was said before", async () => {
    const before = models.llama.requests.at(-1)?.messages ?? 0;

    expect(await apply("tiny-beta:latest")).toEqual({ live: true });
    await ask("and now");

    await pane.terminal.until("Beta answers now.", slow);
    expect(pane.terminal.screen()).toContain("Alpha speaks here.");
    expect(models.llama.requests.at(-1)).toMatchObject({ model: "tiny-beta" });
    expect(models.llama.requests.at(-1)?.messages).toBeGreaterThan(before);
  });
});
