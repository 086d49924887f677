/** Three real OpenCode agents on a local model server, in the built program, driven as a person would. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeModelProject } from "../fakes/model-project.ts";
import { type ModelServer, startModelServer } from "../fakes/model-server.ts";
import { until } from "../fakes/until.ts";
import { listeningPorts, untilGone } from "./processes.ts";
import { makeScene, type Scene } from "./program.ts";
import { freshModes, type TestTerminal } from "./terminal.ts";

const slow = { timeoutMs: 60_000 } as const;

let server: ModelServer;
let scene: Scene;
let terminal: TestTerminal;

beforeAll(async () => {
  server = await startModelServer();
  scene = await makeScene("shop");
  await writeModelProject(scene.project, server);
  await scene.write("ai-rules.json", settings());
  terminal = scene.open({ cols: 215, rows: 50 });
});

afterAll(async () => {
  await scene.end();
  await server.close();
});

/** One story: each test goes on where the one before ended. */
describe("three agents", () => {
  it("come up, each with its own agent and model", async () => {
    await terminal.until((screen) => placeholders(screen) === 3, {
      ...slow,
      what: "three prompts",
    });
    await terminal.until((screen) => idle(screen) === 3, { ...slow, what: "three idle agents" });

    const title = terminal.row(0);
    expect(title).toContain("1 plan · fake-plan");
    expect(title).toContain("2 build · fake-build");
    expect(title).toContain("3 review · fake-review");
    expect(terminal.screen()).toMatch(/Plan · fake-plan[\s\S]*/);
  });

  it("answer what is typed in plan with plan's model", async () => {
    terminal.type("what is there");
    await terminal.until("what is there");
    terminal.press("enter");

    await terminal.until("fake-plan heard: what is there", slow);
    expect(server.requests.at(-1)?.model).toBe("fake-plan");
  });

  it("build what is asked for in build, after alt+2", async () => {
    terminal.press("alt+2");
    terminal.type(`USETOOL:write:{"filePath":"${scene.project}/made.txt","content":"x"}`);
    await terminal.until(/made.txt/);
    terminal.press("enter");

    await terminal.until(/fake-build heard[\s\S]*tools done/, slow);
    expect(server.requests.at(-1)?.toolResults.join("\n")).not.toMatch(/denied|error/i);
  });

  it("show in the title that one is busy, and mark an unseen end", async () => {
    terminal.press("alt+3");
    terminal.type("HOLD");
    await terminal.until("HOLD");
    terminal.press("enter");
    await terminal.until(/3 review · fake-review · ● busy 0:0\d/, slow);

    await until(() => server.heldCount() === 1, slow);
    terminal.press("alt+1");
    server.release();

    await terminal.until(/3 review · fake-review · ✓ finished/, slow);
  });

  it("ask before a busy one is restarted", async () => {
    terminal.press("alt+3");
    terminal.type("HOLD");
    await terminal.until(/HOLD[\s\S]*HOLD/);
    terminal.press("enter");
    await terminal.until(/3 review · fake-review · ● busy/, slow);
    await until(() => server.heldCount() === 1, slow);

    terminal.press("ctrl+o", "r");
    await terminal.until("Restart review while its agent is busy?");
    terminal.press("esc");
    await terminal.until((screen) => !screen.includes("while its agent is busy?"));
    server.release();
    await terminal.until(/3 review · fake-review · ○ idle/, slow);
  });

  it("keep the conversation when plan is restarted", async () => {
    terminal.press("alt+1");
    await terminal.until(/━ 1 plan/);
    terminal.press("ctrl+o", "r");
    await terminal.until(/1 plan · fake-plan · (⟳|–)/, slow);

    await terminal.until(
      (screen) =>
        screen.includes("fake-plan heard: what is there") &&
        /1 plan · fake-plan · ○ idle/.test(screen),
      { ...slow, what: "the old conversation in an idle pane" },
    );
    terminal.type("and now");
    await terminal.until("and now");
    terminal.press("enter");
    await terminal.until("fake-plan heard: and now", slow);
    const { body } = server.requests.at(-1) ?? { body: {} };
    expect(JSON.stringify(body)).toContain("what is there");
  });

  it("leave no process, port, file or changed terminal behind after ctrl+o q", async () => {
    const pids = (await scene.processes()).map(({ pid }) => pid);
    expect((await listeningPorts(pids)).length).toBe(3);

    terminal.press("ctrl+o", "q");

    expect((await terminal.exited).code).toBe(0);
    const { before, after } = await terminal.tty();
    expect(after).toBe(before);
    expect(terminal.modes()).toEqual(freshModes);
    await untilGone("processes", scene.processes);
    expect(await scene.runtimeFiles()).toEqual([]);
    expect(await listeningPorts(pids)).toEqual([]);
  });

  it("go on where they were at the next start", async () => {
    const again = scene.open({ cols: 215, rows: 50 });

    await again.until(
      (screen) =>
        screen.includes("fake-plan heard: and now") && screen.includes("fake-build heard"),
      { ...slow, what: "both conversations" },
    );

    again.press("ctrl+o", "q");
    expect((await again.exited).code).toBe(0);
  });
});

function settings(): string {
  const mode = (name: string) => ({ model: `fake/fake-${name}` });
  return JSON.stringify({
    modes: { plan: mode("plan"), build: mode("build"), review: mode("review") },
  });
}

/** OpenCode's empty prompt begins with these words (1.18.33). */
function placeholders(screen: string): number {
  return (screen.match(/Ask anything/g) ?? []).length;
}

/** How many pane titles say idle. */
function idle(screen: string): number {
  return (screen.split("\n")[0]?.match(/○ idle/g) ?? []).length;
}
