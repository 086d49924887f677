import { describe, expect, it, onTestFinished } from "vitest";
import { openai } from "../../src/runtimes/openai.ts";
import { adapterContext, neverAborted } from "../fakes/adapter-context.ts";
import { type OpenaiServerOptions, startOpenaiServer } from "../fakes/openai-server.ts";

describe("an OpenAI-compatible server", () => {
  it("tells vLLM's version, and lives without one", async () => {
    const vllm = await serve({ version: "0.11.0" });
    const other = await serve({});

    expect(await openai.version(vllm, neverAborted())).toBe("0.11.0");
    expect(await openai.version(other, neverAborted())).toBeUndefined();
  });

  it("lists its models with the context they are served with", async () => {
    expect(await openai.installed(await serve({}), neverAborted())).toEqual([
      {
        name: "Qwen/Qwen3-Coder-30B-A3B-Instruct",
        maxContext: 65536,
        ownContext: 65536,
        chat: true,
        cloud: false,
        described: true,
      },
      { name: "BAAI/bge-embed", chat: false, cloud: false, described: true },
    ]);
  });

  it("takes any list that has ids, and no other", async () => {
    const odd = await serve({
      models: [{ id: "a", context_length: 8192 }, { id: 7 }, {}, { id: "b", max_model_len: "x" }],
    });

    const models = await openai.installed(odd, neverAborted());

    expect(models.map(({ name, maxContext }) => [name, maxContext])).toEqual([
      ["a", 8192],
      ["b", undefined],
    ]);
  });

  it("says how to look at it by hand", () => {
    expect(openai.byHand({ deed: "load", url: "http://box:8000", model: "m" })).toBe(
      "curl http://box:8000/v1/models",
    );
  });
});

async function serve(options: OpenaiServerOptions) {
  const server = await startOpenaiServer(options);
  onTestFinished(() => server.close());
  return adapterContext(server);
}
