import { afterEach, describe, expect, it } from "vitest";
import { type ModelServer, startModelServer } from "./model-server.ts";

const tools = [{ type: "function", function: { name: "bash" } }];
let server: ModelServer | undefined;

afterEach(() => server?.close());

function ask(messages: readonly object[], model = "fake-plan"): Promise<Response> {
  const body = JSON.stringify({ model, messages, tools, stream: true });
  return fetch(`${server?.url}/chat/completions`, { method: "POST", body });
}

describe("the model server", () => {
  it("answers with the model's name and the prompt, without reminders", async () => {
    server = await startModelServer();

    const text = "hello <system-reminder>plan mode</system-reminder>";
    const answer = await (await ask([{ role: "user", content: text }], "fake-build")).text();

    expect(answer).toContain("fake-build heard: hello");
    expect(answer).not.toContain("plan mode");
    expect(server.requests[0]).toMatchObject({ model: "fake-build", tools: ["bash"] });
  });

  it("calls the scripted tools one after the other", async () => {
    server = await startModelServer();
    const prompt = {
      role: "user",
      content: 'USETOOL:bash:{"command":"echo \\"}\\""} USETOOL:read:{"a":{"b":1}}',
    };
    const result = { role: "tool", content: "done" };

    const first = await (await ask([prompt])).text();
    const second = await (await ask([prompt, result])).text();
    const third = await (await ask([prompt, result, result])).text();

    expect(first).toContain(JSON.stringify('{"command":"echo \\"}\\""}'));
    expect(second).toContain(JSON.stringify('{"a":{"b":1}}'));
    expect(third).toContain("(tools done)");
  });

  it("holds a stream open until it is released", async () => {
    server = await startModelServer();
    const response = await ask([{ role: "user", content: "HOLD on" }]);

    expect(server.heldCount()).toBe(1);
    server.release();

    expect(await response.text()).toContain("heard: HOLD on");
    expect(server.heldCount()).toBe(0);
  });

  it("fails when told to", async () => {
    server = await startModelServer();

    expect((await ask([{ role: "user", content: "FAIL500" }])).status).toBe(500);
    expect((await ask([{ role: "user", content: "FAIL400" }])).status).toBe(400);
  });
});
