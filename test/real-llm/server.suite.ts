import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { modeScripts } from "./scripts.ts";
import { type RealModelServer, startRealModelServer } from "./server.ts";

let directory: string;
let server: RealModelServer;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "ai-rules-llm-"));
  server = await startRealModelServer(modeScripts, directory);
});

afterAll(async () => {
  await server.close();
  await rm(directory, { recursive: true, force: true });
});

const user = { role: "user", content: "hello" };
const write = { type: "function", function: { name: "write", parameters: {} } };

async function complete(body: Readonly<Record<string, unknown>>): Promise<string> {
  const text = JSON.stringify({ messages: [user], tools: [write], ...body });
  const response = await fetch(`${server.url}/chat/completions`, { method: "POST", body: text });
  return response.text();
}

/** The events of a stream, without the end mark. */
function eventsOf(stream: string): readonly string[] {
  const lines = stream.split("\n\n").filter(Boolean);
  expect(lines.at(-1)).toBe("data: [DONE]");
  return lines.slice(0, -1).map((line) => line.replace(/^data: /, ""));
}

describe("a real model behind the server", () => {
  it("is listed by its name", async () => {
    const response = await fetch(`${server.url}/models`);

    expect(await response.json()).toMatchObject({
      data: [{ id: "tiny-plan" }, { id: "tiny-build" }, { id: "tiny-review" }],
    });
  });

  it("answers with its own name, the same every time", async () => {
    for (const model of ["tiny-plan", "tiny-review", "tiny-plan"])
      expect(JSON.parse(await complete({ model }))).toMatchObject({
        choices: [{ finish_reason: "stop", message: { content: expect.stringContaining(model) } }],
      });
  });

  it("streams its words one by one", async () => {
    const events = eventsOf(await complete({ model: "tiny-plan", stream: true }));
    const words = events.flatMap((event) => /"content":"([^"]+)"/.exec(event)?.[1] ?? []);

    expect(words).toEqual(["A plan", " from", " tiny-plan", "."]);
  });

  it("calls a tool, and speaks when the tool is done", async () => {
    const events = eventsOf(await complete({ model: "tiny-build", stream: true }));
    const call = { role: "assistant", content: null, tool_calls: [toolCall] };
    const done = { role: "tool", tool_call_id: "1", content: "ok" };
    const after = await complete({ model: "tiny-build", messages: [user, call, done] });

    expect(events.join("\n")).toContain('"name":"write"');
    expect(events.join("\n")).toContain('"finish_reason":"tool_calls"');
    expect(JSON.parse(after)).toMatchObject({
      choices: [{ message: { content: "Built by tiny-build." } }],
    });
  });

  it("answers several requests at once, one after the other", async () => {
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => complete({ model: "tiny-plan" })),
    );

    for (const answer of answers) expect(answer).toContain("A plan from tiny-plan.");
  });

  it("refuses what it does not know", async () => {
    expect(await complete({ model: "gone" })).toContain("model 'gone' not found");
    expect(await complete({ messages: "none" })).toContain("bad request");
  });
});

const toolCall = {
  id: "1",
  type: "function",
  function: { name: "write", arguments: '{"filePath":"a","content":"b"}' },
};
