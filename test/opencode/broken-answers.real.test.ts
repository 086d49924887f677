/** What a real OpenCode makes of a runtime that fails while it answers, as its pane then says it. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createWorld, opencodeIsThere, type Pane, type World } from "./real-pane.ts";

describe.skipIf(!opencodeIsThere && !process.env["CI"])("an answer that breaks off", () => {
  let world: World;
  let pane: Pane;

  beforeAll(async () => {
    world = await createWorld();
    pane = await world.open({ mode: "build" });
    await pane.terminal.until("Ask anything", { timeoutMs: 60_000 });
    pane.terminal.type("hello");
    await pane.terminal.until("hello");
    pane.terminal.press("enter");
    await pane.terminal.until("fake-build heard: hello", { timeoutMs: 60_000 });
    await pane.activity("idle");
    await pane.seen(() => pane.last("session"));
  }, 120_000);

  afterAll(() => world.close());

  async function send(prompt: string): Promise<void> {
    const id = pane.last("session")?.id ?? "";
    const parts = [{ type: "text", text: prompt }];
    const model = { providerID: "fake", modelID: "fake-build" };
    await pane.post(`/session/${id}/prompt_async`, { agent: "build", model, parts });
  }

  it("with its connection is asked again, and says so until it is given up", {
    timeout: 60_000,
  }, async () => {
    await send("CUT");

    await pane.activity("retry");
    expect(pane.last("activity")?.activity).toMatchObject({
      attempt: 1,
      // OpenCode has two sentences for it, by how far the first words had come.
      message: expect.stringMatching(/Cannot connect to API|Connection reset by server/),
    });
    await pane.post(`/session/${pane.last("session")?.id}/abort`, {});
    await pane.activity("idle");
  });

  it("with an error is told in the runtime's own sentence", { timeout: 60_000 }, async () => {
    await send("BREAK:llama-server process no longer running: -1");

    await pane.activity("error");
    expect(pane.last("activity")?.activity).toMatchObject({
      message: "llama-server process no longer running: -1",
    });
  });
});
