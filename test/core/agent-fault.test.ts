import { describe, expect, it } from "vitest";
import { agentFault } from "../../src/core/agent-fault.ts";
import { noModels } from "../../src/core/models.ts";
import type { RuntimeKind } from "../../src/core/runtime.ts";
import { sampleInstalled, sampleRuntime } from "../fakes/sample-models.ts";

/** What is told of an agent whose request failed in these words. */
function told(
  message: string,
  { kind = "ollama", model = "coder:1b" }: { kind?: RuntimeKind; model?: string } = {},
) {
  const runtime = sampleRuntime(kind, { installed: [sampleInstalled("coder:1b")] });
  return agentFault(
    { ...noModels, runtimes: [runtime] },
    { activity: { type: "error", since: 1, message }, model: `${kind}/${model}` },
  );
}

describe("an agent's failed request", () => {
  it.each([
    [
      "server busy, please try again.  maximum pending requests exceeded",
      {
        message: "Ollama has too many requests waiting",
        remedy: "wait until it has answered some, or raise OLLAMA_MAX_QUEUE where it runs",
      },
    ],
    [
      "llama-server process has terminated: cudaMalloc failed: out of memory",
      {
        message: "coder:1b does not fit into memory",
        action: "models",
        remedy: "unload another one, or pick a smaller model or context",
      },
    ],
    [
      "llama-server process no longer running: 1",
      {
        message: "the process that runs coder:1b has ended unexpectedly",
        remedy:
          "a smaller context or model may help; the log of Ollama: `journalctl -u ollama -e`, on a Mac ~/.ollama/logs/server.log",
      },
    ],
    [
      "registry.ollama.ai/library/coder:1b does not support tools",
      {
        message: "coder:1b cannot call tools, which an agent has to",
        action: "pick-model",
        remedy: "pick one with tools",
      },
    ],
    [
      "request (12004 tokens) exceeds the available context size (4096 tokens), try increasing it",
      {
        message: "the conversation is longer than the context coder:1b is loaded with",
        action: "pick-model",
        remedy: "pick it again with a longer context",
      },
    ],
  ] as const)("has words and a remedy for: %s", (message, expected) => {
    expect(told(message)).toEqual(expected);
  });

  it("tells the nearest model of one that is not there, and how to fetch it", () => {
    expect(told('model "coder:1" not found, try pulling it first', { model: "coder:1" })).toEqual({
      message: "Ollama has no model coder:1; did you mean coder:1b?",
      action: "pick-model",
      remedy: "pick another, or fetch it: `ai-rules models pull ollama/coder:1`",
    });
  });

  it("proposes no command for a name that is none, nor a download where there is none", () => {
    const noCommand = "pick another, or install it";
    const lost = (model: string, kind?: RuntimeKind) =>
      told("model not found", { model, ...(kind ? { kind } : {}) })?.remedy;

    expect(lost("n".repeat(300))).toBe(noCommand);
    expect(lost("two words")).toBe(noCommand);
    expect(lost("coder", "openai")).toBe(noCommand);
  });

  it("stays in its own words where nobody knows them, or no runtime here was asked", () => {
    expect(told("the flux capacitor is empty")).toBeUndefined();
    expect(told("File not found: lib/shop.ex")).toBeUndefined();
    expect(
      agentFault(noModels, {
        activity: { type: "error", since: 1, message: "out of memory" },
        model: "anthropic/claude",
      }),
    ).toBeUndefined();
  });

  it("is over when the agent goes on", () => {
    const runtimes = [sampleRuntime("ollama", {})];
    const activity = { type: "busy", since: 1 } as const;

    expect(
      agentFault({ ...noModels, runtimes }, { activity, model: "ollama/coder:1b" }),
    ).toBeUndefined();
  });
});
