/** The built program with three real OpenCode agents, each answered by a real model of its own. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { untilGone } from "../e2e/processes.ts";
import { makeScene, type Scene } from "../e2e/program.ts";
import { freshModes, type TestTerminal } from "../e2e/terminal.ts";
import { opencodeProject } from "./opencode-project.ts";
import { modeScripts } from "./scripts.ts";
import { type RealModelServer, startRealModelServer } from "./server.ts";

const slow = { timeoutMs: 60_000 } as const;

let server: RealModelServer;
let scene: Scene;
let terminal: TestTerminal;

beforeAll(async () => {
  scene = await makeScene("real");
  server = await startRealModelServer(modeScripts, join(scene.home, "models"));
  const mode = (name: string) => ({ model: `tiny/tiny-${name}` });
  const modes = { plan: mode("plan"), build: mode("build"), review: mode("review") };
  await scene.write("opencode.json", JSON.stringify(opencodeProject(server)));
  await scene.write("ai-rules.json", JSON.stringify({ modes }));
  terminal = scene.open({ cols: 215, rows: 50 });
});

afterAll(async () => {
  await scene.end();
  await server.close();
});

/** One story: each test goes on where the one before ended. */
describe("ai-rules with real models", () => {
  it("shows three agents, each with its model", async () => {
    await terminal.until((screen) => screen.match(/Ask anything/g)?.length === 3, {
      ...slow,
      what: "three prompts",
    });
    await terminal.until((screen) => screen.split("\n")[0]?.match(/○ idle/g)?.length === 3, {
      ...slow,
      what: "three idle agents",
    });

    expect(terminal.row(0)).toMatch(
      /1 plan · tiny-plan.*2 build · tiny-build.*3 review · tiny-rev/,
    );
  });

  it("has plan answered by plan's model", async () => {
    await ask("make a plan");

    await terminal.until("A plan from tiny-plan.", slow);
    expect(server.requests.map(({ model }) => model)).toEqual(["tiny-plan"]);
  });

  it("has build's model write a file", async () => {
    terminal.press("alt+2");
    await ask("build it");

    await terminal.until("Built by tiny-build.", slow);
    expect(await readFile(join(scene.project, "made-by-build.txt"), "utf8")).toBe(
      "written by tiny-build\n",
    );
  });

  it("has review answered by review's model", async () => {
    terminal.press("alt+3");
    await ask("review it");

    await terminal.until("A review from tiny-review.", slow);
    expect(server.requests.at(-1)?.model).toBe("tiny-review");
  });

  it("shows the conversation again when plan is restarted", async () => {
    terminal.press("alt+1");
    await terminal.until("━ 1 plan");
    terminal.press("ctrl+o", "r");
    await terminal.until(/1 plan · tiny-plan · (⟳|–)/, slow);

    await terminal.until(/1 plan · tiny-plan · ○ idle/, slow);
    await terminal.until("A plan from tiny-plan.", slow);
  });

  it("leaves no process and a sane terminal", async () => {
    terminal.press("ctrl+o", "q");

    expect((await terminal.exited).code).toBe(0);
    const { before, after } = await terminal.tty();
    expect(after).toBe(before);
    expect(terminal.modes()).toEqual(freshModes);
    await untilGone("processes", () => scene.processes());
  });
});

async function ask(prompt: string): Promise<void> {
  terminal.type(prompt);
  await terminal.until(prompt);
  terminal.press("enter");
}
