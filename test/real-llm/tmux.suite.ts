/**
 * The whole of it as a person has it: the built program in a real tmux, two Ollamas and a real
 * llama.cpp beside it, a real OpenCode in build. Changes show in the time that is promised, by the
 * clock on the wall.
 */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { untilGone } from "../e2e/processes.ts";
import { makeScene, plainShell, type Scene } from "../e2e/program.ts";
import { type OllamaServer, startOllamaServer } from "../fakes/ollama-server.ts";
import { createRuntimeProcess, type RuntimeProcess } from "./runtime-process.ts";
import { openTmux, type Tmux } from "./tmux.ts";
import { startTwoModels, type TwoModels } from "./two-models.ts";

const slow = { withinMs: 40_000 } as const;
/** A change of what is loaded. */
const shown = { withinMs: 3000 } as const;
/** A runtime that is gone. */
const missed = { withinMs: 5000 } as const;

const hasTmux = isThere("tmux");

describe.skipIf(!hasTmux && !process.env["CI"])("ai-rules in tmux, beside three runtimes", () => {
  let scene: Scene;
  let models: TwoModels;
  let second: OllamaServer;
  let llama: RuntimeProcess;
  let tmux: Tmux;

  beforeAll(async () => {
    scene = await makeScene("tmux");
    models = await startTwoModels(join(scene.home, "models"));
    second = await startOllamaServer();
    llama = await createRuntimeProcess(scene.env);
    await llama.start();
    const shell = { command: plainShell };
    await scene.write(
      "ai-rules.json",
      JSON.stringify({
        modes: { plan: shell, build: { model: "ollama/tiny-alpha" }, review: shell },
        runtimes: {
          ollama: { enabled: true, url: models.ollama.url },
          second: { type: "ollama", url: second.url },
          llama: { type: "openai", url: llama.url },
        },
      }),
    );
    tmux = await openTmux({
      directory: scene.home,
      command: [process.execPath, join(import.meta.dirname, "../../bin/ai-rules.js"), "tui"],
      cwd: scene.project,
      env: { ...scene.env, npm_config_offline: "true" },
      cols: 200,
      rows: 50,
    });
  });

  afterAll(async () => {
    await tmux.close();
    await llama.kill();
    await scene.end();
    await second.close();
    await models.close();
  });

  /** As another program on this machine would. */
  async function ask(server: OllamaServer, body: object): Promise<number> {
    const answer = await fetch(`${server.url}/api/generate`, {
      method: "POST",
      body: JSON.stringify(body),
    });
    expect(answer.status).toBe(200);
    return performance.now();
  }

  async function say(prompt: string): Promise<void> {
    await tmux.type(prompt);
    await tmux.until(prompt, slow);
    await tmux.press("Enter");
  }

  it("shows all three as they are", async () => {
    await tmux.until(/● Ollama 0\.33\.0 +up/, slow);
    await tmux.until(/● second Ollama 0\.33\.0 +up/, slow);
    await tmux.until(/● llama OpenAI-compatible +up/, slow);
  });

  it("shows what another program loads, keeps and unloads within 3 s", async () => {
    const model = "llama3.1:8b";
    const loaded = await ask(second, { model, keep_alive: "10m" });
    await tmux.until(/llama3\.1:8b[^]*Q4_K_M \S+ \S+ GB 100% GPU +(9|10)m/, {
      ...shown,
      since: loaded,
    });

    const kept = await ask(second, { model, keep_alive: -1 });
    await tmux.until(/100% GPU +(forever|∞)/, { ...shown, since: kept });

    const unloaded = await ask(second, { model, keep_alive: 0 });
    await tmux.until(model, { ...shown, since: unloaded, gone: true });
  });

  it("switches build in the middle of a conversation, and the next request carries it", async () => {
    await tmux.press("M-2");
    await tmux.until("Ask anything", slow);
    await tmux.until(/2 build · tiny-alpha\S* · ○ idle/, slow);
    await say("who is there");
    await tmux.until("Alpha speaks here.", slow);
    await tmux.until(/2 build · tiny-alpha\S* · ○ idle/, slow);

    await tmux.press("C-o", "m");
    await tmux.until("tiny-beta", slow);
    await tmux.type("beta");
    await tmux.until(/tiny-alpha +\d/, { ...slow, gone: true });
    await tmux.press("Enter");
    // Nothing is asked if Ollama's context has become known by then; what is offered depends on it, too.
    const question = "tiny-beta for build";
    await tmux.until(new RegExp(`${question}|2 build · tiny-beta`), slow);
    if ((await tmux.screen()).includes(question)) await tmux.press("Enter");
    await tmux.until(/2 build · tiny-beta\S* · ○ idle/, slow);
    const asked = models.llama.requests.length;
    await say("and now");

    await tmux.until("Beta answers now.", slow);
    expect(await tmux.screen()).toContain("Alpha speaks here.");
    expect(models.llama.requests.slice(asked).map(({ model }) => model)).toEqual(["tiny-beta"]);
    await tmux.until(/tiny-beta\S* +(in use +)?build\n/, shown);

    const unloaded = await ask(models.ollama, { model: "tiny-alpha", keep_alive: 0 });
    await tmux.until(/^.* tiny-alpha *$/m, { ...shown, since: unloaded, gone: true });
  });

  it("shows runtimes that are gone within 5 s, with what to do, and takes them back by itself", async () => {
    await llama.kill();
    const killed = performance.now();
    await tmux.until(/✕ llama OpenAI-compatible +down\n.*start it: `vllm serve/, {
      ...missed,
      since: killed,
    });
    await second.stop();
    const stopped = performance.now();
    await tmux.until(/✕ second Ollama +down\n.*start it: `ollama serve`/, {
      ...missed,
      since: stopped,
    });

    await llama.start();
    await tmux.until(/● llama OpenAI-compatible +up/, missed);
    await second.start();
    await tmux.until(/● second Ollama 0\.33\.0 +up/, missed);
  });

  it("leaves no process behind", async () => {
    await tmux.press("C-o", "q");
    await untilGone("processes", async () =>
      (await scene.processes()).filter(({ command }) => !/^tmux|serve\.ts/.test(command)),
    );
    expect(await tmux.ended()).toBe(true);
  });
});

function isThere(program: string): boolean {
  try {
    execFileSync(program, ["-V"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
