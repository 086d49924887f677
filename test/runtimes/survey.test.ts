import { describe, expect, it } from "vitest";
import type { InstalledModel } from "../../src/core/runtime.ts";
import { surveyRuntimes } from "../../src/runtimes/survey.ts";
import { createManualClock } from "../fakes/manual-clock.ts";
import { memoryFiles } from "../fakes/memory-files.ts";
import {
  adaptersOf,
  createScriptedRuntime,
  type ScriptedRuntime,
  scriptedAddress,
} from "../fakes/scripted-runtime.ts";

const urls = ["http://127.0.0.1:1", "http://127.0.0.1:2"] as const;

async function survey(
  [ollama, lmstudio]: readonly [ScriptedRuntime, ScriptedRuntime],
  { timeoutMs = 3000, passMs = 0 } = {},
) {
  const clock = createManualClock();
  const refuse = () => Promise.reject(new Error("no network here"));
  const surveying = surveyRuntimes(
    {
      clock,
      files: memoryFiles({}),
      network: { fetch: refuse, fetchPatiently: refuse, freePort: refuse },
    },
    {
      addresses: [
        scriptedAddress({ url: urls[0] }),
        scriptedAddress({ id: "lmstudio", kind: "lmstudio", url: urls[1] }),
      ],
      tokenOf: () => undefined,
      timeoutMs,
      parts: {
        adapters: adaptersOf([ollama, lmstudio]),
        identify: (client, abort) => (client.url === urls[0] ? ollama : lmstudio).identify(abort),
        random: () => 1,
      },
    },
  );
  for (let turn = 0; turn < 200; turn++) await Promise.resolve();
  clock.advance(passMs);
  return { ...(await surveying), clock };
}

function model(name: string, change: Partial<InstalledModel> = {}): InstalledModel {
  return { name, chat: true, cloud: false, described: false, ...change };
}

describe("a survey", () => {
  it("tells all runtimes in the order of their addresses, and what a second request tells", async () => {
    const ollama = createScriptedRuntime();
    const lmstudio = createScriptedRuntime({ kind: "lmstudio" });
    ollama.installed = ["a", "b", "c", "d", "e", "f"].map((name) => model(name));
    lmstudio.installed = [
      model("known", { tools: false }),
      model("embedding", { chat: false }),
      model("far", { cloud: true }),
    ];

    const { runtimes, contextOf, clock } = await survey([ollama, lmstudio]);

    expect(runtimes.map(({ address }) => address.id)).toEqual(["ollama", "lmstudio"]);
    expect(runtimes[0]?.installed.every(({ described }) => described)).toBe(true);
    expect(runtimes[1]?.installed.some(({ described }) => described)).toBe(false);
    expect(contextOf("lmstudio")?.adapter.kind).toBe("lmstudio");
    expect(clock.waiting).toBe(0);
  });

  it("does not wait for who never answers longer than it may", async () => {
    const ollama = createScriptedRuntime();
    const lmstudio = createScriptedRuntime({ kind: "lmstudio" });
    ollama.hangs.add("identify");

    const { runtimes, clock } = await survey([ollama, lmstudio], { timeoutMs: 1000, passMs: 1000 });

    expect(runtimes.map(({ connection }) => connection.type)).toEqual(["probing", "up"]);
    expect(clock.waiting).toBe(0);
  });

  it("tells what is down", async () => {
    const ollama = createScriptedRuntime();
    const lmstudio = createScriptedRuntime({ kind: "lmstudio" });
    ollama.is = "refusing";

    const { runtimes } = await survey([ollama, lmstudio]);

    expect(runtimes.map(({ connection }) => connection.type)).toEqual(["down", "up"]);
  });
});
