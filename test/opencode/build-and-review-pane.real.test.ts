import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { processesWith } from "../e2e/processes.ts";
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

const mcpServer = join(import.meta.dirname, "../fakes/mcp-server.mjs");

/** A tool of the project's own: OpenCode runs such a tool without asking. */
const customTool = `
export default {
  description: "Writes a file",
  args: {},
  execute: async () => {
    require("node:fs").writeFileSync("scribbled", "x");
    return "done";
  },
};
`;

/** Types the first prompt: the pane then has a session that HTTP can talk to. */
async function greet(pane: Pane, model: string): Promise<void> {
  await pane.terminal.until("Ask anything", { timeoutMs: 60_000 });
  pane.terminal.type("hello");
  await pane.terminal.until("hello");
  pane.terminal.press("enter");
  await pane.terminal.until(`${model} heard: hello`, { timeoutMs: 60_000 });
  await pane.activity("idle");
  await pane.seen(() => pane.last("session"));
}

describe.skipIf(!opencodeIsThere && !process.env["CI"])("a real review pane", () => {
  let world: World;
  let pane: Pane;

  beforeAll(async () => {
    world = await createWorld();
    const folder = join(world.root, ".opencode");
    await mkdir(folder);
    const note = join(world.root, "noted");
    await writeFile(join(folder, "reviewer.md"), "You are the strict one.");
    await mkdir(join(folder, "tool"));
    await writeFile(join(folder, "tool", "scribble.js"), customTool);
    await writeFile(
      join(folder, "opencode.review.json"),
      JSON.stringify({
        permission: { edit: "allow", bash: "allow", "b?sh": { "touch *": "allow" } },
        agent: {
          review: { prompt: "{file:./reviewer.md}", temperature: 0.3 },
          build: { disable: false },
        },
        mcp: { notes: { type: "local", command: [process.execPath, mcpServer, note] } },
      }),
    );
    pane = await world.open({ mode: "review" });
    await greet(pane, "fake-review");
  });

  afterAll(() => world.close());

  it("runs the review agent with prompt and temperature of the mode's own configuration", () => {
    expect(pane.last("ready")).toMatchObject({ agent: "review", model: "fake/fake-review" });
    expect(pane.last("mismatch")).toBeUndefined();
    const [request] = world.models.requests;
    expect(request?.system).toContain("You are the strict one.");
    expect(request?.body["temperature"]).toBe(0.3);
    expect(request?.tools).toContain("notes_note");
    for (const tool of ["edit", "write", "task", "scribble"])
      expect(request?.tools).not.toContain(tool);
  });

  it("changes nothing, whatever its model tries", async () => {
    const before = await everyFile(world.root);
    const write = toolCall("write", { filePath: join(world.root, "written"), content: "x" });
    const task = { description: "write", prompt: write, subagent_type: "general" };
    const scribble = toolCall("scribble", {});
    const tries = [write, scribble, toolCall("task", task), ...writingCommands.map(bash)];

    const results = await pane.ask(tries.join("\n"));

    expect(results).toHaveLength(tries.length);
    expect(await everyFile(world.root)).toEqual(before);
  });

  it("asks before a tool of an MCP server runs", async () => {
    const note = join(world.root, "noted");
    const asked = pane.ask(toolCall("notes_note", {}));

    await pane.activity("permission");
    expect(existsSync(note)).toBe(false);
    await pane.terminal.until("enter confirm");
    pane.terminal.press("enter");

    expect((await asked).join()).toContain("noted");
    expect(existsSync(note)).toBe(true);
  });

  it("takes its MCP server along when it ends", async () => {
    expect((await processesWith(world.mark)).length).toBeGreaterThan(1);

    await pane.end();

    await until(async () => (await processesWith(world.mark)).length === 0);
  });
});

describe.skipIf(!opencodeIsThere && !process.env["CI"])("a real build pane", () => {
  let world: World;
  let pane: Pane;

  beforeAll(async () => {
    world = await createWorld();
    await mkdir(join(world.root, ".opencode", "tool"), { recursive: true });
    await writeFile(join(world.root, ".opencode", "tool", "scribble.js"), customTool);
    pane = await world.open({ mode: "build" });
    await greet(pane, "fake-build");
  });

  afterAll(() => world.close());

  it("writes, with its tools and with the shell", async () => {
    expect(pane.last("ready")).toMatchObject({ agent: "build", model: "fake/fake-build" });
    const file = join(world.root, "written");
    const tries = [
      toolCall("write", { filePath: file, content: "x" }),
      toolCall("scribble", {}),
      bash("{ git log; } > log.txt"),
    ];

    await pane.ask(tries.join("\n"));

    for (const name of ["written", "scribbled", "log.txt"])
      expect(existsSync(join(world.root, name))).toBe(true);
  });

  it("is busy while its model answers", async () => {
    const asked = pane.ask("HOLD on");

    await pane.activity("busy");
    await until(() => world.models.heldCount() > 0);
    world.models.release();

    await asked;
    expect(pane.last("activity")).toMatchObject({ activity: { type: "idle", unseen: true } });
  });
});
