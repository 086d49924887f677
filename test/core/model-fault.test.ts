import { describe, expect, it } from "vitest";
import { modelFault } from "../../src/core/model-fault.ts";
import { runtimeKinds } from "../../src/core/runtime.ts";

const about = { model: "qwen3-coder:30b", kind: "ollama", runtime: "ollama" } as const;

const cases = [
  {
    text: "model requires more system memory (5.3 GiB) than is available (3.3 GiB)",
    code: "model/out-of-memory",
    message: "qwen3-coder:30b does not fit into memory: it needs 5.3 GiB, 3.3 GiB are free",
  },
  {
    text: "model requires 20.1 GiB but only 12.0 GiB are available (after 1.0 GiB overhead)",
    code: "model/out-of-memory",
    message: "qwen3-coder:30b does not fit into memory: it needs 20.1 GiB, 12.0 GiB are free",
  },
  {
    text: "Model loading was stopped due to insufficient system resources. Under the current settings, this model requires approximately 65.68 GB of memory.",
    code: "model/out-of-memory",
    message: "qwen3-coder:30b does not fit into memory: it needs about 65.68 GB",
  },
  ...[
    "out of memory",
    "out of device memory",
    "ggml_backend_cuda: cudaMalloc failed: 1",
    "hipMalloc failed",
    "failed to allocate buffer",
    "allocation failed",
    "not enough memory",
    "insufficient memory",
    "VK_ERROR_OUT_OF_DEVICE_MEMORY",
    "hipErrorOutOfMemory",
    "llama-server process has terminated: cudaMalloc failed: out of memory",
    "llama-server reported out-of-memory during startup: failed to allocate CUDA0 buffer",
  ].map((text) => ({ text, code: "model/out-of-memory" })),
  {
    text: "server busy, please try again.  maximum pending requests exceeded",
    code: "model/queue-full",
  },
  {
    text: "timed out waiting for llama-server to start - progress 0.42",
    code: "model/load-stalled",
  },
  {
    text: "model runner has unexpectedly stopped, this may be due to resource limitations or an internal error",
    code: "model/runner-crashed",
  },
  { text: "llama-server process no longer running: 1", code: "model/runner-crashed" },
  { text: "llama-server process has terminated: exit status 2", code: "model/runner-crashed" },
  { text: "model name=broken failed to load", code: "model/runner-crashed" },
  {
    text: "llama-server process has terminated: this model may be incompatible with your version of Ollama. If you previously pulled this model, try updating it by running `ollama pull x`",
    code: "model/incompatible",
  },
  {
    text: "registry.ollama.ai/library/qwen:4b does not support tools",
    code: "model/no-tools",
  },
  { text: '"nomic-embed-text" does not support generate', code: "model/no-chat" },
  {
    text: "the prompt is longer than the context length currently available to the model; x",
    code: "model/context-full",
  },
  {
    text: "request (12004 tokens) exceeds the available context size (4096 tokens), try increasing it",
    code: "model/context-full",
  },
  { text: "pull model manifest: file does not exist", code: "model/not-in-library" },
  { text: "write /root/.ollama/x: no space left on device", code: "model/disk-full" },
  {
    text: "max retries exceeded: dial tcp: lookup registry.ollama.ai: no such host",
    code: "model/download-failed",
  },
  {
    text: "client connection closed before llama-server finished loading, aborting load",
    code: "model/cancelled",
  },
  { text: "Loading model", code: "model/still-loading" },
  { text: "model 'x' not found, try pulling it first", code: "model/not-found" },
  { text: "something nobody has seen", code: "model/failed" },
  { text: "", code: "model/failed" },
];

describe("a model's fault", () => {
  for (const { text, code, ...rest } of cases) {
    it(`is ${code} for "${text.slice(0, 60)}"`, () => {
      expect(modelFault(text, about)).toMatchObject({ code, detail: text, ...rest });
    });
  }

  it("names the installed model that is nearest to one that is not there", () => {
    const { message, remedy } = modelFault("model 'qwen3-coder:30' not found", {
      ...about,
      model: "qwen3-coder:30",
      installed: ["llama3.1:8b", "qwen3-coder:30b"],
    });

    expect(message).toBe("Ollama has no model qwen3-coder:30; did you mean qwen3-coder:30b?");
    expect(remedy).toContain("`ai-rules models pull ollama/qwen3-coder:30`");
  });

  it("says where the log of its runtime is", () => {
    const crashed = "model runner has unexpectedly stopped";
    const remedies = runtimeKinds.map((kind) => modelFault(crashed, { model: "m", kind }).remedy);

    expect(remedies[0]).toBe(
      "a smaller context or model may help; the log of Ollama: `journalctl -u ollama -e`, on a Mac ~/.ollama/logs/server.log",
    );
    expect(remedies[1]).toContain("the log of LM Studio: `lms log stream`");
    expect(modelFault("boom", { model: "m", kind: "llama-swap" }).remedy).toBe(
      "look at the log of llama-swap: /logs below its address",
    );
  });

  it("is one printable line, whatever the names and words hold", () => {
    const fault = modelFault("boom\u001b[31m\nand\u0007 more", {
      ...about,
      model: `\u001b]0;title\u0007${"n".repeat(300)}`,
    });

    expect(JSON.stringify(fault)).not.toMatch(/\\u001b|\\u0007|\\n/);
    expect(fault.message.length).toBeLessThan(200);
  });
});
