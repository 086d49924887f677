import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { State } from "../../src/core/state.ts";
import { ollamaModel } from "../fakes/ollama-models.ts";
import { startOllamaServer } from "../fakes/ollama-server.ts";
import { openProgram } from "../fakes/program-without-panes.ts";
import { sampleSummary } from "../fakes/sample-state.ts";
import { until } from "../fakes/until.ts";

async function started(options: Parameters<typeof startOllamaServer>[0] = {}) {
  const server = await startOllamaServer(options);
  onTestFinished(() => server.close());
  return server;
}

/** Models that fit into the memory of any machine. */
const small = ["llama3.1:8b", "coder:1b"].map((name) =>
  ollamaModel({ name, sizeBytes: 1e8, layers: 2, numCtx: 65_536 }),
);

const picks = { picks: { plan: { model: "ollama/llama3.1:8b" } }, recent: [] };

function ollamaOf({ models }: State) {
  return models.runtimes.find(({ address }) => address.id === "ollama");
}

function key(chord: string) {
  return { type: "overlay-key", chord, text: chord.length === 1 ? chord : "" } as const;
}

describe("the models of the running program", () => {
  it("are those of the shell's runtimes, and what is picked is wished for", async () => {
    const program = await openProgram(await started(), { picks });

    await program.until(({ models }) => models.surveyed && models.memory);

    expect(ollamaOf(program.state())).toMatchObject({ connection: { type: "up" }, kind: "ollama" });
    expect(program.state().models.wishes.plan).toMatchObject({ model: "ollama/llama3.1:8b" });
    await program.models.ready("plan");
  });

  it("are chosen from an Ollama whose list does not tell what they can do", async () => {
    const models = [
      ollamaModel({ name: "mute:14b", sizeBytes: 3e8, layers: 2, capabilities: ["completion"] }),
      ollamaModel({ name: "coder:7b", sizeBytes: 2e8, layers: 2 }),
      ollamaModel({ name: "coder:1b", sizeBytes: 1e8, layers: 2 }),
    ];
    const server = await started({ version: "0.24.0", models });
    const program = await openProgram(server);

    await program.until((state) => state.models.wishes.build);

    const chosen = { model: "ollama/coder:7b", source: { from: "chosen" } };
    expect(program.state().models.wishes).toMatchObject({ plan: chosen, build: chosen });
    await program.models.ready("plan");
    expect(server.loadedNames()).toEqual([]);
  });

  it("are warned of when a picked one turns out to call no tools", async () => {
    const models = [ollamaModel({ name: "mute:7b", sizeBytes: 1e8, capabilities: ["completion"] })];
    const server = await started({ version: "0.24.0", models });
    const picked = { picks: { plan: { model: "ollama/mute:7b" } }, recent: [] };
    const program = await openProgram(server, { picks: picked });

    await program.until(() => program.panel().includes("cannot call tools"));
  });

  it("show what has changed when they are asked anew", async () => {
    const server = await started();
    const program = await openProgram(server);
    await program.until((state) => ollamaOf(state)?.connection.type === "up");

    await server.stop();
    program.models.refresh();
    await program.until((state) => ollamaOf(state)?.connection.type === "down");
    await server.start();
    program.models.refresh();

    await program.until((state) => ollamaOf(state)?.connection.type === "up");
  });

  it("are switched with the keyboard: loaded, given, kept, and told to other runs", async () => {
    const server = await started({ models: small });
    const program = await openProgram(server, { picks, variables: { OLLAMA_KEEP_ALIVE: "30m" } });
    await program.until(({ models }) => models.surveyed && models.wishes.plan);
    program.dispatch({ type: "pane-spawned", mode: "plan", pid: 1 });
    program.dispatch({ type: "pane-first-output", mode: "plan" });
    const activity = { type: "idle", since: 0, unseen: false } as const;
    program.dispatch({
      type: "agent-report",
      mode: "plan",
      report: { type: "activity", activity },
    });

    program.dispatch({ type: "action", action: "pick-model" });
    for (const letter of "coder:1b") program.dispatch(key(letter));
    program.dispatch(key("enter"));
    await program.until(({ models }) => models.picks.plan?.model === "ollama/coder:1b");

    expect(program.state().overlay).toBeUndefined();
    expect(server.loadedNames()).toEqual(["coder:1b"]);
    const load = server.requests.find(({ text }) => text.includes("keep_alive"));
    expect(load?.text).toContain('"keep_alive":"30m"');
    expect(load?.text).not.toContain("options");
    // The agent is told of a context that was measured.
    expect(ollamaOf(program.state())?.loaded[0]?.context).toBe(65_536);
    const list = await until(() =>
      readFile(join(program.runDirectory, "models.json"), "utf8").catch(() => ""),
    );
    expect(list).toContain(`${server.url} `);
  });

  it("stop being loaded with esc", async () => {
    const server = await started({ loadMs: "manual" });
    const program = await openProgram(server, { picks });
    await program.until(({ models }) => models.surveyed && models.wishes.plan);
    const saved = { picks: { plan: { model: "ollama/qwen3-coder:30b" } }, recent: [] };
    program.dispatch({ type: "picks-changed", saved });
    await until(() => server.loadingName(), { seen: () => server.requests.length });

    program.dispatch({ type: "switch-cancelled", mode: "plan" });

    await until(() => server.loadingName() === undefined);
    expect(program.state().models).toMatchObject({ jobs: [], switches: {} });
    expect(server.loadedNames()).toEqual([]);
  });

  it("say why a load failed, and keep the model", async () => {
    const server = await started();
    server.setLoadFailure("qwen3-coder:30b", "cudaMalloc failed: out of memory");
    const program = await openProgram(server, { picks });
    await program.until(({ models }) => models.surveyed && models.wishes.plan);
    const saved = { picks: { plan: { model: "ollama/qwen3-coder:30b" } }, recent: [] };

    program.dispatch({ type: "picks-changed", saved });

    const notice = await program.until((state) => state.notice);
    expect(notice).toMatchObject({ level: "error" });
    expect(program.state().notice?.text).toContain("plan stays with");
    expect(program.state().models.picks.plan).toEqual(picks.picks.plan);
  });

  it("are where the shell says after it has changed", async () => {
    const [first, second] = [await started(), await started({ models: [] })];
    const program = await openProgram(first);
    await program.until((state) => ollamaOf(state)?.installed.length);

    program.changeShell({ OLLAMA_HOST: second.url });
    program.dispatch({ type: "environment-changed", summary: sampleSummary });

    await program.until((state) => ollamaOf(state)?.address.url === second.url);
    await program.until((state) => ollamaOf(state)?.connection.type === "up");
    expect(ollamaOf(program.state())?.installed).toEqual([]);
  });

  it("are copied as the command that does the same by hand", async () => {
    const server = await started();
    const program = await openProgram(server);
    await program.until((state) => ollamaOf(state)?.connection.type === "up");

    program.models.copyByHand({ runtime: "ollama", deed: { type: "load", model: "a:8b" } });

    expect(program.copied).toEqual([expect.stringContaining("a:8b")]);
    expect(program.state().notice?.text).toBe(`copied: ${program.copied[0]}`);
  });

  it("tell nothing after the end", async () => {
    const server = await started();
    const program = await openProgram(server);
    await program.until(({ models }) => models.surveyed);

    program.models.stop();
    const before = program.state();
    await server.stop();
    program.models.refresh();

    expect(program.state()).toBe(before);
  });
});
