/**
 * A real OpenCode in build and a stand-in for Ollama: what the agent is told of its model's context
 * follows what is found out, while it runs.
 */

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ollamaModel } from "../fakes/ollama-models.ts";
import { type OllamaServer, startOllamaServer } from "../fakes/ollama-server.ts";
import { until } from "../fakes/until.ts";
import { untilGone } from "./processes.ts";
import { makeScene, plainShell, type Scene } from "./program.ts";
import type { TestTerminal } from "./terminal.ts";

const slow = { timeoutMs: 60_000 } as const;

const gigabyte = 1024 ** 3;
const small = { sizeBytes: gigabyte / 4, layers: 2 } as const;

let ollama: OllamaServer;
let scene: Scene;
let terminal: TestTerminal;

beforeAll(async () => {
  ollama = await startOllamaServer({
    // So old that its list does not tell what models can do.
    version: "0.24.0",
    models: [
      ollamaModel({ name: "plain:8b", ...small }),
      ollamaModel({ name: "mute:8b", ...small, capabilities: ["completion"] }),
      ollamaModel({ name: "long:8b", ...small, numCtx: 131_072 }),
    ],
    gpuBytes: 64 * gigabyte,
    contextLength: 65_536,
  });
  await openScene();
});

async function openScene(): Promise<void> {
  scene = await makeScene("shop");
  // What the user's own configuration says of a model must not hold against what is measured.
  const models = { "plain:8b": { name: "plain:8b", limit: { context: 9000, output: 900 } } };
  const own = { provider: { ollama: { models } } };
  await writeFile(join(scene.project, "opencode.json"), JSON.stringify(own));
}

afterAll(async () => {
  await scene.end();
  await ollama.close();
});

async function open(model: string): Promise<void> {
  const modes = {
    plan: { command: plainShell },
    build: { model },
    review: { command: plainShell },
  };
  await scene.write(
    "ai-rules.json",
    JSON.stringify({ modes, runtimes: { ollama: { enabled: true } } }),
  );
  terminal = scene.open({ cols: 230, rows: 50, env: { OLLAMA_HOST: `127.0.0.1:${ollama.port}` } });
  await terminal.until(/2 build · \S+ · ○ idle/, slow);
  terminal.press("alt+2");
  await terminal.until(/━ 2 build/);
  await terminal.until(/Build · \S+ ollama/, slow);
}

async function quit(): Promise<void> {
  terminal.press("ctrl+o", "q");
  expect((await terminal.exited).code).toBe(0);
  await untilGone("processes", scene.processes);
}

async function type(text: string): Promise<void> {
  terminal.type(text);
  await terminal.until(text);
}

async function send(text: string): Promise<void> {
  terminal.press("enter");
  await terminal.until(`heard: ${text}`, slow);
  await terminal.until(/2 build · \S+ · ○ idle/, slow);
}

async function ask(text: string): Promise<void> {
  await type(text);
  await send(text);
}

function chats() {
  return ollama.requests.filter(({ path }) => path === "/v1/chat/completions");
}

/** The most tokens that the last request allowed for its answer: it goes by the context. */
function lastOutput(): unknown {
  const body: unknown = chats().at(-1)?.body;
  return typeof body === "object" && body ? Reflect.get(body, "max_tokens") : undefined;
}

/** Waits until the running agent was told of a context, as the log says. */
async function told(context: number): Promise<void> {
  const file = join(scene.home, ".local/state/ai-rules/log");
  // It is made with its first line.
  const log = () => readFile(file, "utf8").catch(() => "");
  const line = `build is told of a context of ${context}`;
  await until(async () => (await log()).includes(line), { timeoutMs: 20_000, seen: log });
}

async function agent(): Promise<number> {
  const found = await until(async () => {
    const all = await scene.processes();
    return all.find(({ command }) => /opencode/.test(command) && /--agent/.test(command));
  });
  return found?.pid ?? 0;
}

/** One story: each test goes on where the one before ended. */
describe("an agent whose model was not loaded when it started", () => {
  let pid: number;

  it("begins with a context in which it can work", async () => {
    await open("ollama/plain:8b");
    pid = await agent();
    expect(ollama.loadedNames()).toEqual([]);

    await ask("first question");

    expect(lastOutput()).toBe(4096);
  });

  it("has the longer context that was measured once it rests, with what was typed meanwhile", async () => {
    await type("second question");
    await told(65_536);

    await send("second question");

    expect(lastOutput()).toBe(8192);
    expect(JSON.stringify(chats().at(-1)?.body)).toContain("first question");
  });

  it("has a shorter one as well", async () => {
    ollama.setContextLength(8192);
    await ollama.restart();
    await ask("third question");
    expect(lastOutput()).toBe(8192);

    await type("fourth question");
    await told(8192);
    await send("fourth question");

    expect(lastOutput()).toBe(2048);
    expect(JSON.stringify(chats().at(-1)?.body)).toContain("second question");
  });

  it("is left alone while it answers", async () => {
    ollama.setContextLength(32_768);
    await ollama.restart();
    await type("HOLD the line");
    terminal.press("enter");
    await until(() => ollama.heldCount() === 1, slow);
    await terminal.until(/plain:8b +build *\n?[^\n]*/, slow);
    await terminal.until(/Q4_K_M 32k/, slow);
    await terminal.until(/2 build · \S+ · \S+ busy/, slow);

    ollama.release();
    await terminal.until("heard: HOLD the line", slow);
    await told(32_768);
    await ask("fifth question");

    expect(lastOutput()).toBe(8192);
  });

  it("was never started again for it", async () => {
    expect(await agent()).toBe(pid);
    await quit();
  });
});

describe("an agent whose model has a context of its own", () => {
  it("begins with that, though the model is not loaded and its list does not tell it", async () => {
    await scene.end();
    await openScene();
    await ollama.restart();
    await open("ollama/long:8b");
    expect(ollama.loadedNames()).toEqual([]);

    await ask("how long");

    expect(lastOutput()).toBe(8192);
    await quit();
  });
});
