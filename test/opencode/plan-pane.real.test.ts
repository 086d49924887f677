import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isListening, processesWith } from "../e2e/processes.ts";
import { until } from "../fakes/until.ts";
import { everyFile } from "./file-tree.ts";
import {
  bash,
  createWorld,
  opencodeIsThere,
  type Pane,
  toolCall,
  type World,
} from "./real-pane.ts";
import { writingCommands } from "./writing-commands.ts";

/** A project that tries to give its plan agent everything. */
const generousConfig = {
  permission: "allow",
  agent: {
    plan: {
      permission: {
        edit: "allow",
        bash: { "*": "allow", "touch *": "allow", "*>*": "allow" },
        task: "allow",
        webfetch: "allow",
      },
    },
    general: { permission: { edit: "allow", bash: "allow" } },
    writer: { mode: "subagent", description: "writes", permission: { edit: "allow" } },
  },
};

describe.skipIf(!opencodeIsThere && !process.env["CI"])("a real plan pane", () => {
  let world: World;
  let pane: Pane;

  beforeAll(async () => {
    world = await createWorld(generousConfig);
    pane = await world.open({ mode: "plan" });
    await pane.terminal.until("Ask anything", { timeoutMs: 60_000 });
  });

  afterAll(() => world.close());

  it("reports agent, model and version", async () => {
    await pane.seen(() => pane.last("activity"));

    expect(pane.reports).toMatchObject([
      { type: "ready", version: "1.18.33", agent: "plan", model: "fake/fake-plan" },
      { type: "activity", activity: { type: "idle", unseen: false } },
    ]);
  });

  it("survives ctrl+z, ctrl+c, ctrl+d and tab, and stays the plan agent", async () => {
    for (const chord of ["ctrl+z", "ctrl+c", "ctrl+d", "tab"]) pane.terminal.press(chord);
    pane.terminal.type("hello");

    await pane.terminal.until(/hello[\s\S]*Plan · fake-plan/);
  });

  it("answers what is typed, with busy, idle and the session reported", async () => {
    pane.terminal.press("enter");
    await pane.terminal.until("fake-plan heard: hello", { timeoutMs: 60_000 });
    await pane.activity("idle");

    const types = pane.reports.map((each) =>
      each.type === "activity" ? each.activity.type : each.type,
    );
    expect(types.slice(0, 2)).toEqual(["ready", "idle"]);
    expect(types.slice(2).sort()).toEqual(["busy", "idle", "session"]);
    expect(pane.last("activity")).toMatchObject({ activity: { unseen: true } });
    expect(pane.last("session")).toMatchObject({
      id: expect.stringMatching(/^ses_/),
      model: "fake/fake-plan",
    });
  });

  it("asks before a web page is fetched, and reports what it waits for", async () => {
    const url = `${world.models.url}/models`;
    const asked = pane.ask(toolCall("webfetch", { url, format: "text", timeout: 5 }));

    await pane.activity("permission");
    expect(pane.last("activity")).toMatchObject({
      activity: { count: 1, detail: `webfetch: ${url}` },
    });
    await pane.terminal.until("enter confirm");
    pane.terminal.press("enter");

    expect((await asked).join()).toContain("fake-review");
  });

  it("reports a question apart from a permission", async () => {
    const options = [{ label: "postgres", description: "the usual one" }];
    const questions = [{ question: "Which database?", header: "Database", options }];
    const asked = pane.ask(toolCall("question", { questions }));

    await pane.activity("question");
    expect(pane.last("activity")).toMatchObject({ activity: { detail: "Which database?" } });
    await pane.terminal.until("enter submit");
    pane.terminal.press("enter");

    expect((await asked).join()).toContain("postgres");
  });

  it("counts what a sub-agent waits for as its own, and forgets it when interrupted", async () => {
    const url = `${world.models.url}/models`;
    const prompt = toolCall("webfetch", { url, format: "text", timeout: 6 });
    const input = { description: "look", prompt, subagent_type: "general" };
    const root = pane.last("session")?.id;
    await pane.post(`/session/${root}/prompt_async`, {
      agent: "plan",
      model: { providerID: "fake", modelID: "fake-plan" },
      parts: [{ type: "text", text: toolCall("task", input) }],
    });

    await pane.activity("permission");
    expect(pane.last("session")?.id).toBe(root);
    await pane.post(`/session/${root}/abort`, {});

    await pane.activity("idle");
  });

  it("reports an error until the next turn, and a retry with its message", async () => {
    const root = pane.last("session")?.id;
    const send = (text: string) =>
      pane.post(`/session/${root}/prompt_async`, {
        agent: "plan",
        model: { providerID: "fake", modelID: "fake-plan" },
        parts: [{ type: "text", text }],
      });
    await send("FAIL400");
    await pane.activity("error");
    expect(pane.last("activity")).toMatchObject({ activity: { message: "failed with 400" } });

    await send("FAIL500");
    await pane.activity("retry");
    expect(pane.last("activity")).toMatchObject({ activity: { message: "failed with 500" } });
    await pane.post(`/session/${root}/abort`, {});
    await pane.activity("idle");
  });

  it("reads, lists and shows the history", async () => {
    const results = await pane.ask(
      [
        toolCall("read", { filePath: join(world.root, "notes.txt") }),
        bash("git log --oneline | cat && git status --short"),
        bash("ls"),
      ].join("\n"),
    );

    expect(results[0]).toContain("two");
    expect(results[1]).toContain("first");
    expect(results[2]).toContain("notes.txt");
  });

  it("changes nothing, whatever its model tries and its project allows", async () => {
    const before = await everyFile(world.root);
    const file = join(world.root, "written");
    const edit = { filePath: join(world.root, "notes.txt"), oldString: "one", newString: "1" };
    const write = toolCall("write", { filePath: file, content: "x" });
    const task = (subagent_type: string, prompt: string) =>
      toolCall("task", { description: "write", prompt, subagent_type });
    const tries = [
      write,
      toolCall("edit", edit),
      toolCall("apply_patch", { patchText: "*** Begin Patch\n*** Add File: p\n+x\n*** End Patch" }),
      task("general", write),
      task("general", bash("touch written")),
      task("explore", bash("touch written")),
      task("writer", write),
      ...writingCommands.map(bash),
    ];

    const results = await pane.ask(tries.join("\n"));

    expect(results).toHaveLength(tries.length);
    expect(await everyFile(world.root)).toEqual(before);
    expect(pane.last("activity")).toMatchObject({ activity: { type: "idle" } });
  });

  it("keeps its libraries in the run directory and leaves nothing when it is ended", async () => {
    const temporary = join(world.run, "tmp-plan");
    expect(readdirSync(temporary).some((name) => name.endsWith(".so"))).toBe(true);

    await pane.end();

    await until(async () => (await processesWith(world.mark)).length === 0);
    expect(await isListening(pane.port)).toBe(false);
  });

  it("shows the conversation again when it is started with its session", async () => {
    const session = pane.last("session")?.id ?? "";
    const again = await world.open({ mode: "plan", sessionId: session });

    await again.seen(() => again.last("session"));
    expect(again.last("session")).toMatchObject({ id: session, model: "fake/fake-plan" });
    await again.terminal.until("notes.txt", { timeoutMs: 60_000 });
    await again.end();
  });

  it("says so when the conversation goes on with another model than the one asked for", async () => {
    const session = pane.last("session")?.id ?? "";
    const again = await world.open({ mode: "plan", sessionId: session, model: "fake/fake-build" });

    await again.seen(() => again.last("mismatch"));
    expect(again.last("mismatch")).toMatchObject({ problem: { code: "opencode/other-model" } });
    await again.end();
    expect(existsSync(join(world.directory, "data", "opencode-plan.db"))).toBe(true);
  });
});
