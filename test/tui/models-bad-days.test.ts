/** Runtimes on bad days in the running program: what its user reads in panel, title and notice. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { AgentMode } from "../../src/core/mode.ts";
import { runtimeRows } from "../../src/core/model-rows.ts";
import type { State } from "../../src/core/state.ts";
import { paneTitle } from "../../src/core/title.ts";
import { drawnText } from "../fakes/drawn.tsx";
import { startLmStudioServer } from "../fakes/lmstudio-server.ts";
import { ollamaModel } from "../fakes/ollama-models.ts";
import { type OllamaServerOptions, startOllamaServer } from "../fakes/ollama-server.ts";
import { openProgram } from "../fakes/program-without-panes.ts";
import { until } from "../fakes/until.ts";

type Program = Awaited<ReturnType<typeof openProgram>>;

const base = "llama3.1:8b";
const other = "coder:1b";
/** Models that fit into the memory of any machine. */
const small = [base, other].map((name) =>
  ollamaModel({ name, sizeBytes: 1e8, layers: 2, numCtx: 65_536 }),
);
const picks = { picks: { plan: { model: `ollama/${base}` } }, recent: [] };

async function started(options: OllamaServerOptions = {}) {
  const server = await startOllamaServer({ models: small, ...options });
  onTestFinished(() => server.close());
  return server;
}

async function closing<T extends { close(): Promise<void> }>(starting: Promise<T>): Promise<T> {
  const server = await starting;
  onTestFinished(() => server.close());
  return server;
}

function isUp({ models }: State): boolean {
  return models.surveyed && models.runtimes[0]?.connection.type === "up";
}

/** A program whose plan agent runs and rests. */
async function running(server: { readonly url: string }, options = {}): Promise<Program> {
  const program = await openProgram(server, { picks, ...options });
  await program.until((state) => isUp(state) && state.models.wishes.plan);
  program.dispatch({ type: "pane-spawned", mode: "plan", pid: 1 });
  program.dispatch({ type: "pane-first-output", mode: "plan" });
  report(program, { type: "idle", since: 0, unseen: false });
  return program;
}

function report(program: Program, activity: State["panes"]["plan"]["activity"]): void {
  program.dispatch({
    type: "agent-report",
    mode: "plan",
    report: { type: "activity", activity },
  });
}

function pick(program: Program, model: string): void {
  program.dispatch({
    type: "picks-changed",
    saved: { picks: { plan: { model: `ollama/${model}` } }, recent: [] },
  });
}

function title(program: Program, mode: AgentMode = "plan"): string {
  const { parts } = paneTitle(program.state(), mode);
  return parts.map(({ text }) => text).join(" ");
}

function footer(program: Program): string {
  return drawnText({ id: "footer", state: program.state(), size: { cols: 400, rows: 1 } });
}

function press(program: Program, ...chords: readonly string[]): void {
  for (const chord of chords)
    program.dispatch({ type: "overlay-key", chord, text: chord.length === 1 ? chord : "" });
}

/** Opens the list of models and goes to one of them. */
function select(program: Program, model: string): void {
  program.dispatch({ type: "action", action: "models" });
  const at = runtimeRows(program.state()).findIndex(({ key }) => key.includes(model));
  press(program, ...Array.from({ length: at }, () => "j"));
}

describe("a load that fails", () => {
  it.each<readonly [string, number, string, string]>([
    [
      "model requires more system memory (45.3 GiB) than is available (13.3 GiB)",
      500,
      "coder:1b does not fit into memory: it needs 45.3 GiB, 13.3 GiB are free",
      "pick a smaller model or a smaller context, or unload another one",
    ],
    [
      "llama-server reported out-of-memory during startup: cudaMalloc failed: out of memory",
      500,
      "coder:1b does not fit into memory",
      "pick a smaller model or a smaller context, or unload another one",
    ],
    [
      "model requires 40 GB but only 12 GB are available (after 1 GB overhead)",
      500,
      "coder:1b does not fit into memory: it needs 40 GB, 12 GB are free",
      "pick a smaller model",
    ],
    [
      "model runner has unexpectedly stopped, this may be due to resource limitations",
      500,
      "the process that runs coder:1b has ended unexpectedly",
      "the log of Ollama: `journalctl -u ollama -e`",
    ],
    [
      "timed out waiting for llama-server to start - progress 0.42 - ",
      500,
      "Ollama gave up loading coder:1b: it took too long",
      "raise OLLAMA_LOAD_TIMEOUT",
    ],
    [
      "server busy, please try again.  maximum pending requests exceeded",
      503,
      "Ollama has too many requests waiting",
      "raise OLLAMA_MAX_QUEUE",
    ],
    [
      "this model may be incompatible with your version of Ollama",
      500,
      "coder:1b and this version of Ollama do not fit together",
      "update Ollama, then fetch the model anew: `ai-rules models pull",
    ],
  ])("with %j says so and what to do", async (words, status, told, remedy) => {
    const server = await started();
    server.setLoadFailure(other, words, status);
    const program = await running(server);

    pick(program, other);
    await program.until((state) => state.notice);

    expect(footer(program)).toContain(`error: plan stays with ${base}: ${told}`);
    expect(footer(program)).toContain(remedy);
    expect(title(program)).toContain(`switch to ${other} failed`);
    expect(program.panel().replace(/\s+/g, " ")).toContain(told);
  });

  it("without an answer is given up when the connection breaks", async () => {
    const server = await started({ loadMs: "manual" });
    const program = await running(server);
    pick(program, other);
    await until(() => server.loadingName());
    expect(title(program)).toMatch(/plan {2}loading coder:1b 0:00 esc cancels/);

    await server.stop();
    await program.until((state) => state.notice);

    expect(footer(program)).toMatch(
      /plan stays with llama3.1:8b: Ollama at .* broke the connection/,
    );
  });
});

describe("a first answer that is long in coming", () => {
  it("is told as a load while the model is not loaded, and as work from then on", async () => {
    const server = await started({ loadMs: "manual" });
    const program = await running(server);

    report(program, { type: "busy", since: Date.now() });
    void chat(server.url, base);
    await until(() => server.loadingName());
    expect(title(program)).toContain(`1 plan ${base}  awaits model 0:0`);
    expect(program.panel()).toMatch(/1 plan +⟳ awaits model/);

    server.finishLoad();
    await program.until(() => title(program).includes(" busy "));
    expect(program.panel()).toMatch(/1 plan +● busy/);
  });
});

describe("an answer that breaks off", () => {
  it("is told in title and panel, with what to do", async () => {
    const program = await running(await started());

    const message = "llama-server process no longer running: -1 \u001B[2J";
    report(program, { type: "error", since: Date.now(), message });

    expect(title(program)).toContain(" error");
    expect(program.panel()).toContain("has ended\n     unexpectedly");
    expect(program.panel()).toContain("~/.ollama/logs/server.log");
    expect(program.panel()).not.toContain("\u001B");
  });
});

describe("an Ollama", () => {
  it("that was restarted says what is gone, and a key brings it back", async () => {
    const server = await started();
    const program = await running(server);
    pick(program, other);
    await program.until(() => server.loadedNames().includes(other));
    await program.until(({ models }) => models.runtimes[0]?.loaded.length === 1);

    await server.stop();
    program.models.refresh();
    await program.until((state) => !isUp(state));
    expect(program.panel()).toMatch(/✕ Ollama +down\n +start it: `ollama serve`/);
    await server.start();
    program.models.refresh();
    await program.until(isUp);

    expect(program.panel().replace(/\s+/g, " ")).toContain(
      `✕ Ollama was restarted and has unloaded ${other} · ctrl+o M: load it again`,
    );
    select(program, other);
    press(program, "l");
    await program.until(() => server.loadedNames().includes(other));
    await program.until(() => !program.panel().includes("was restarted"));
  });

  it("that lost its GPU while the machine slept says so, and how to get it back", async () => {
    const server = await started();
    const program = await running(server);
    pick(program, other);
    await program.until(({ models }) => models.runtimes[0]?.loaded[0]?.gpuBytes);

    program.sleep(3_600_000);
    server.setGpu(0);
    // Asked on its own as soon as it is noticed that the machine slept.
    const asked = server.requests.length;
    await until(() => server.requests.slice(asked).some(({ path }) => path === "/api/tags"));
    for (const type of ["unload", "load"] as const) {
      const deed = { type, model: other, instance: other };
      program.models.runJob({ id: type, runtime: "ollama", deed });
      const count = type === "load" ? 1 : 0;
      await program.until(({ models }) => models.runtimes[0]?.loaded.length === count);
    }

    const panel = program.panel({ cols: 38, rows: 60 }).replace(/\s+/g, " ");
    expect(panel).toContain(`✕ the GPU is gone after a sleep: ${other} on the CPU · `);
    expect(panel).toContain("restart Ollama; NVIDIA on Linux wants `sudo modprobe -r nvidia_uvm;");
    expect(panel).toContain("sudo modprobe nvidia_uvm` first");
  });

  it("that is an LM Studio says so", async () => {
    const server = await closing(startLmStudioServer());
    const program = await openProgram(server);
    await program.until(({ models }) => models.surveyed);

    const panel = program.panel().replace(/\s+/g, " ");
    expect(panel).toContain("✕ Ollama wrong service it is LM Studio");
    expect(panel).toContain("says, or start it: `ollama serve`");
  });

  it("that wants a token names the variable; the token itself stays where it is", async () => {
    const token = "a-token-of-mine";
    const server = await started({ token });
    const without = await openProgram(server);
    await without.until(({ models }) => models.surveyed);
    const panel = without.panel().replace(/\s+/g, " ");
    expect(panel).toContain("◐ Ollama needs a token set OLLAMA_API_KEY in the development shell");

    const program = await running(server, { variables: { OLLAMA_API_KEY: token } });
    select(program, other);
    press(program, "l", "c");
    await program.until(() => server.loadedNames().includes(other));
    server.trouble({ type: "status", status: 500, body: { error: `bad key ${token}` } });
    program.models.refresh();
    await program.until((state) => !isUp(state));

    const written = await textsBelow(program.directory);
    for (const text of [JSON.stringify(program.state()), ...program.copied, ...written])
      expect(text).not.toContain(token);
    expect(program.copied).toHaveLength(1);
  });

  it("that takes connections and never answers is down, and says that it hangs", async () => {
    const server = await started();
    server.trouble({ type: "hang" });
    const program = await openProgram(server);
    await program.until(({ models }) => models.surveyed);

    expect(program.panel().replace(/\s+/g, " ")).toMatch(
      /✕ Ollama down Ollama at \S+ accepts but does not answer in time restart it: `ollama serve`/,
    );
  });

  it("that sends 10 MB is read, and drawn as fast as any", async () => {
    const server = await started();
    server.trouble({ type: "big" });
    const program = await openProgram(server, { picks });
    await program.until((state) => isUp(state) && state.models.runtimes[0]?.installedAt);

    expect(program.panel()).toMatch(/● Ollama \S+ +up/);
  });

  it("without the picked model says what is used instead, and what was likely meant", async () => {
    const program = await openProgram(await started(), {
      picks: { picks: { plan: { model: "ollama/lama3.1:8b" } }, recent: [] },
    });
    await program.until((state) => isUp(state) && state.notice);

    expect(footer(program)).toContain("plan: ollama/lama3.1:8b is not installed; uses ollama/");
    expect(footer(program)).toContain(`did you mean ollama/${base}?`);
    expect(program.panel().replace(/\s+/g, " ")).toContain("ollama/lama3.1:8b is not installed");
  });
});

describe("two ai-rules with one Ollama", () => {
  it("know of each other's models, and ask before one is taken from the other", async () => {
    const server = await started();
    const one = await running(server);
    pick(one, other);
    await one.until(({ panes }) => panes.plan.model === `ollama/${other}`);
    const two = await openProgram(server, { directory: one.directory });
    await two.until(({ models }) => models.usedElsewhere.some((used) => used.endsWith(other)));
    await two.until(({ models }) => models.runtimes[0]?.loaded.length === 1);

    select(two, other);
    press(two, "u");

    const overlay = drawnText({
      id: "overlay",
      state: two.state(),
      size: { cols: 80, rows: 20 },
    });
    expect(overlay).toContain(`Unload ${other}?`);
    expect(overlay).toContain("Another ai-rules uses it.");
    expect(server.loadedNames()).toEqual([other]);
  });

  it("do not count each other's loads as a restart, and see the same", async () => {
    const server = await started();
    const one = await running(server);
    const two = await openProgram(server, { directory: one.directory, picks });
    await two.until(isUp);

    pick(one, other);
    await one.until(({ models }) => models.runtimes[0]?.loaded.length === 1);
    two.models.refresh();
    await two.until(({ models }) => models.runtimes[0]?.loaded.length === 1);

    for (const program of [one, two]) {
      expect(program.panel()).toContain(other);
      expect(program.panel()).not.toContain("restarted");
    }
  });
});

/** All that was written below a directory. */
async function textsBelow(directory: string): Promise<readonly string[]> {
  const found = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = found.filter((entry) => entry.isFile());
  return Promise.all(files.map((file) => readFile(join(file.parentPath, file.name), "utf8")));
}

async function chat(url: string, model: string): Promise<void> {
  const body = JSON.stringify({ model, messages: [{ role: "user", content: "hello" }] });
  const headers = { "content-type": "application/json" };
  await fetch(`${url}/v1/chat/completions`, { method: "POST", headers, body }).catch(() => {});
}
