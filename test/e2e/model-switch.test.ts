/**
 * Two stand-ins for Ollama and a real OpenCode in build: what the panel shows as they change, and a
 * switch of the model in the midst of a conversation.
 */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ollamaModel } from "../fakes/ollama-models.ts";
import { type OllamaServer, startOllamaServer } from "../fakes/ollama-server.ts";
import { until } from "../fakes/until.ts";
import { untilGone } from "./processes.ts";
import { makeScene, plainShell, type Scene } from "./program.ts";
import type { TestTerminal } from "./terminal.ts";

const binary = join(import.meta.dirname, "../../bin/ai-rules.js");
const run = promisify(execFile);

const slow = { timeoutMs: 60_000 } as const;
/** What is promised within 3 s, on a machine that is busy with other tests. */
const soon = { timeoutMs: 6000 } as const;

const gigabyte = 1024 ** 3;
/** Small enough for the machine of any test: whether they fit is worked out from its real memory. */
const small = { sizeBytes: gigabyte / 4, layers: 2, numCtx: 32_768 } as const;
const models = [
  ollamaModel({ name: "alpha:8b", ...small }),
  ollamaModel({ name: "beta:8b", ...small }),
  ollamaModel({ name: "mute:7b", ...small, capabilities: ["completion"] }),
];

let near: OllamaServer;
let far: OllamaServer;
let scene: Scene;
let terminal: TestTerminal;

beforeAll(async () => {
  near = await startOllamaServer({ models, gpuBytes: 64 * gigabyte, loadMs: 500 });
  far = await startOllamaServer({ models: models.slice(1), gpuBytes: 64 * gigabyte });
  scene = await makeScene("shop");
  await scene.write("ai-rules.json", settings());
  terminal = scene.open({ cols: 230, rows: 50, env: { OLLAMA_HOST: `127.0.0.1:${near.port}` } });
});

afterAll(async () => {
  await scene.end();
  await near.close();
  await far.close();
});

/** One story: each test goes on where the one before ended. */
describe("the models of two runtimes", () => {
  it("are shown beside the agents, with the runtimes' versions", async () => {
    await terminal.until(/● Ollama 0\.33\.0 +up/, slow);
    await terminal.until(/● gpu-box Ollama 0\.33\.0 +up/, slow);
  });

  it("are looked at without loading one", () => {
    const paths = [...near.requests, ...far.requests].map(
      ({ method, path }) => `${method} ${path}`,
    );

    expect(paths).toContain("GET /api/ps");
    expect(paths.filter((path) => /generate|chat|embed/.test(path))).toEqual([]);
  });

  it("answer in the mode that the settings name them for", async () => {
    await terminal.until(/2 build · alpha:8b · ○ idle/, slow);
    await terminal.until("Ask anything", slow);
    await ask("first question");

    await terminal.until("alpha:8b heard: first question", slow);
  });

  it("are shown once they are loaded, with context, size, place and the mode that uses them", async () => {
    await terminal.until(/alpha:8b +build/, soon);
    await terminal.until(/Q4_K_M 32k \d+(\.\d)? [MG]B 100% GPU +[45]m/, soon);
  });

  it("are shown and forgotten as others load and unload them", async () => {
    await post(far, { model: "beta:8b", keep_alive: -1 });
    await terminal.until(/beta:8b[^\n]*\n[^\n]*forever/, soon);

    await post(far, { model: "beta:8b", keep_alive: 0 });
    await terminal.until(/gpu-box Ollama 0\.33\.0 +up *\n[^\n]*nothing loaded/, soon);
  });

  it("are switched in the midst of a conversation, which goes on", async () => {
    const { pid } = await opencode();
    terminal.press("ctrl+o", "m");
    await terminal.until("model for build");
    terminal.type("beta gpu");
    await terminal.until(/▸ [ ●]+beta:8b +gpu-box/);
    terminal.press("enter");
    await terminal.until(/2 build · beta:8b · ○ idle/, slow);

    await ask("second question");
    await terminal.until("beta:8b heard: second question", slow);
    const { body } = chats(far).at(-1) ?? {};
    expect(JSON.stringify(body)).toContain("first question");
    expect(JSON.stringify(body)).toContain('"model":"beta:8b"');
    expect(chats(near).every((each) => !each.text.includes("second question"))).toBe(true);
    expect((await opencode()).pid).toBe(pid);
  });

  it("want a yes when they call no tools", async () => {
    terminal.press("ctrl+o", "m");
    await terminal.until("model for build");
    terminal.type("mute");
    await terminal.until(/▸ [ ●]+mute:7b/);
    terminal.press("enter");
    await terminal.until("cannot call tools");
    terminal.press("n");
    await terminal.until((screen) => !/cannot call tools|model for build/.test(screen));

    expect(terminal.row(0)).toContain("2 build · beta:8b");
  });

  it("stay as they are when a load is cancelled with esc", async () => {
    near.trouble({ type: "hang" }, "/api/generate");
    terminal.press("ctrl+o", "m");
    await terminal.until("model for build");
    terminal.type("alpha");
    await terminal.until(/▸ [ ●]+alpha:8b/);
    terminal.press("enter");
    await terminal.until(/loading alpha:8b 0:0\d · esc cancels/, slow);
    terminal.press("esc");

    await terminal.until("build stays with beta:8b");
    await terminal.until(/2 build · beta:8b · ○ idle/);
    near.trouble(undefined, "/api/generate");
  });

  it("are switched from the command line, too", async () => {
    await runModels(["use", "build", "ollama/alpha:8b"]);
    await terminal.until(/2 build · alpha:8b · ○ idle/, slow);

    await runModels(["use", "build", "gpu-box/beta:8b"]);
    await terminal.until(/2 build · beta:8b · ○ idle/, slow);
    await ask("question by hand");
    await terminal.until("beta:8b heard: question by hand", slow);
    await terminal.until(/2 build · beta:8b · ○ idle/, slow);
  });

  it("are gone with their runtime, which is missed with its remedy and seen again", async () => {
    await near.stop();
    await terminal.until(/✕ Ollama[^\n]*down/, soon);
    await terminal.until(/ollama serve/);

    await near.start();
    await terminal.until(/● Ollama 0\.33\.0 +up/, soon);
  });

  it("are remembered as they were picked", async () => {
    terminal.press("ctrl+o", "q");
    expect((await terminal.exited).code).toBe(0);
    await untilGone("processes", scene.processes);

    terminal = scene.open({ cols: 230, rows: 50, env: { OLLAMA_HOST: `127.0.0.1:${near.port}` } });
    await terminal.until(/2 build · beta:8b · ○ idle/, slow);
    await terminal.until("second question", slow);
    await ask("third question");
    await terminal.until("beta:8b heard: third question", slow);
    await terminal.until(/2 build · beta:8b · ○ idle/, slow);
  });

  it("leave no process and no file when it ends", async () => {
    terminal.press("ctrl+o", "q");

    expect((await terminal.exited).code).toBe(0);
    await untilGone("processes", scene.processes);
    expect(await scene.runtimeFiles()).toEqual([]);
  });
});

function settings(): string {
  return JSON.stringify({
    modes: {
      plan: { command: plainShell },
      build: { model: "ollama/alpha:8b" },
      review: { command: plainShell },
    },
    runtimes: { ollama: { enabled: true }, "gpu-box": { type: "ollama", url: far.url } },
  });
}

async function ask(text: string): Promise<void> {
  terminal.press("alt+2");
  await terminal.until(/━ 2 build/);
  // An agent says that it is idle before its screen takes keys; the line below its prompt comes last.
  await terminal.until(/Build · \S+ (ollama|gpu-box)/, slow);
  terminal.type(text);
  await terminal.until(text);
  terminal.press("enter");
}

/** Runs `ai-rules models ...` in the project, beside the TUI. */
async function runModels(args: readonly string[]): Promise<void> {
  const env = { ...scene.env, OLLAMA_HOST: `127.0.0.1:${near.port}` };
  await run(process.execPath, [binary, "models", ...args], { cwd: scene.project, env });
}

function chats(server: OllamaServer) {
  return server.requests.filter(({ path }) => path === "/v1/chat/completions");
}

async function post(server: OllamaServer, body: object): Promise<void> {
  const response = await fetch(`${server.url}/api/generate`, {
    method: "POST",
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(200);
}

async function opencode(): Promise<{ readonly pid: number }> {
  const found = await until(async () => {
    const all = await scene.processes();
    return all.find(({ command }) => /opencode/.test(command) && /--agent/.test(command));
  });
  return { pid: found?.pid ?? 0 };
}
