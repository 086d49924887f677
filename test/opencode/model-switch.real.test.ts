/** A real OpenCode is given other models while it runs; the model servers tell which one it asks. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AgentModel } from "../../src/core/agent-model.ts";
import { applyModel, correctModel } from "../../src/tui/apply-model.ts";
import { type ModelServer, startModelServer } from "../fakes/model-server.ts";
import { until } from "../fakes/until.ts";
import {
  bash,
  createWorld,
  opencodeIsThere,
  type Pane,
  toolCall,
  type World,
} from "./real-pane.ts";

const slow = { timeoutMs: 60_000 } as const;

/** One story: each test goes on where the one before ended. */
describe.skipIf(!opencodeIsThere && !process.env["CI"])(
  "a conversation that changes models",
  () => {
    let world: World;
    let runtime: ModelServer;
    let pane: Pane;
    let session: string;

    beforeAll(async () => {
      runtime = await startModelServer(["small", "big", "other"]);
      // The project allows one provider, and it is not ours.
      world = await createWorld({ enabled_providers: ["fake"] });
      pane = await world.open({ mode: "plan", localModel: local("small") });
      await pane.terminal.until("Ask anything", slow);
    });

    afterAll(async () => {
      await world.close();
      await runtime.close();
    });

    const local = (name: string, more: Partial<AgentModel> = {}): AgentModel => ({
      ref: `ollama/${name}`,
      provider: "ollama",
      name,
      url: runtime.url,
      context: 20_000,
      output: 2000,
      tools: true,
      ...more,
    });

    const apply = (localModel: AgentModel) =>
      applyModel(world.ports, {
        agent: pane.agent,
        sessionId: session,
        model: localModel,
        localModel,
        screen: () => pane.terminal.screen(),
      });

    const correct = (localModel: AgentModel) =>
      correctModel(world.ports, { agent: pane.agent, localModel });

    const lastRequest = () => {
      const request = runtime.requests.at(-1);
      const body: Readonly<Record<string, unknown>> = request?.body ?? {};
      return {
        model: request?.model,
        output: body["max_tokens"],
        temperature: body["temperature"],
      };
    };

    async function say(text: string): Promise<void> {
      pane.terminal.type(text);
      await pane.terminal.until(text);
      await send(text);
    }

    async function send(text: string): Promise<void> {
      pane.terminal.press("enter");
      await pane.terminal.until(`heard: ${text}`, slow);
      await pane.activity("idle");
    }

    it("begins with the runtime's model although the project enables other providers only", async () => {
      await say("one");

      expect(lastRequest()).toMatchObject({ model: "small", output: 2000 });
      await pane.seen(() => pane.last("session")?.model === "ollama/small");
      session = pane.last("session")?.id ?? "";
      expect(pane.last("mismatch")).toBeUndefined();
    });

    it.each([8000, 500])(
      "goes on with another context while it runs: answers of %i",
      async (output) => {
        const words = `meanwhile ${output}`;
        pane.terminal.type(words);
        await pane.terminal.until(words);

        expect(await correct(local("small", { context: output * 4, output }))).toBe("told");

        await send(words);
        expect(lastRequest()).toMatchObject({ model: "small", output });
        expect(JSON.stringify(runtime.requests.at(-1)?.body)).toContain("small heard: one");
        expect(pane.last("session")?.id).toBe(session);
      },
    );

    it("is not told while it answers", async () => {
      pane.terminal.type("HOLD on");
      await pane.terminal.until("HOLD on");
      pane.terminal.press("enter");
      await pane.terminal.until("working on it", slow);

      expect(await correct(local("small", { output: 700 }))).toBe("busy");

      runtime.release();
      await pane.activity("idle");
      expect(lastRequest()).toMatchObject({ output: 500 });
      expect(await correct(local("small"))).toBe("told");
    });

    it("goes on with a model it did not know, and keeps what is typed", async () => {
      pane.terminal.type("typed before");
      await pane.terminal.until("typed before");

      const started = performance.now();
      expect(await apply(local("big", { output: 3000 }))).toEqual({ live: true });
      expect(performance.now() - started).toBeLessThan(10_000);

      await send("typed before");
      expect(lastRequest()).toMatchObject({ model: "big", output: 3000 });
      expect(JSON.stringify(runtime.requests.at(-1)?.body)).toContain("small heard: one");
    });

    it("stays as locked as it was", async () => {
      const file = join(world.root, "written");
      const tries = [toolCall("write", { filePath: file, content: "x" }), bash("touch written")];
      pane.terminal.paste(tries.join("\n"));
      await pane.terminal.until(/Pasted|touch written/);
      pane.terminal.press("enter");

      await until(() => runtime.requests.at(-1)?.toolResults.length === tries.length, slow);
      await pane.activity("idle");
      expect(existsSync(file)).toBe(false);
      expect(pane.last("mismatch")?.problem.code).not.toBe("opencode/agent-not-locked");
    });

    it("goes on with a model it knows, there and back, however often", async () => {
      for (const name of ["small", "big", "small", "big"]) {
        const output = name === "small" ? 2000 : 3000;
        expect(await apply(local(name, { output }))).toEqual({ live: true });
        await say(`now ${name} ${runtime.requests.length}`);
        expect(lastRequest()).toMatchObject({ model: name, output });
      }
    });

    it("keeps the model in a new conversation", async () => {
      pane.terminal.press("ctrl+x", "n");
      await pane.terminal.until("Ask anything");
      await say("a new talk");

      expect(lastRequest()).toMatchObject({ model: "big" });
      await pane.seen(() => pane.last("session")?.id !== session);
      session = pane.last("session")?.id ?? "";
    });

    it("has to start again where its environment says something else, and loses no word", async () => {
      pane.terminal.type("typed and kept");
      await pane.terminal.until("typed and kept");

      const wanted = local("small", { output: 1000, temperature: 0.3 });
      expect(await apply(wanted)).toMatchObject({ live: false, stashed: true });
      await pane.end();
      pane = await world.open({
        mode: "plan",
        sessionId: session,
        localModel: wanted,
        stashed: true,
      });

      await pane.terminal.until("typed and kept", slow);
      await send("typed and kept");
      expect(lastRequest()).toMatchObject({ model: "small", output: 1000, temperature: 0.3 });
      expect(JSON.stringify(runtime.requests.at(-1)?.body)).toContain("a new talk");
    });

    it("puts nothing back when nothing was typed", async () => {
      expect(await apply(local("small", { temperature: 0.4 }))).toMatchObject({
        live: false,
        stashed: false,
      });
    });

    it("is given, when it starts, what was picked while it did not run", async () => {
      await pane.end();
      const wanted = local("other");
      pane = await world.open({
        mode: "plan",
        sessionId: session,
        localModel: wanted,
        adopts: true,
      });

      await pane.terminal.until("other ollama", slow);
      await say("after the start");
      expect(lastRequest()).toMatchObject({ model: "other" });
      expect(pane.last("mismatch")).toBeUndefined();
    });

    it("keeps its own model when nothing was picked, and says so", async () => {
      await pane.end();
      pane = await world.open({ mode: "plan", sessionId: session, localModel: local("big") });

      await pane.seen(() => pane.last("mismatch"));
      expect(pane.last("mismatch")?.problem.message).toBe("plan uses ollama/other, not ollama/big");
      await until(() => pane.last("session")?.model === "ollama/other");
    });
  },
);
