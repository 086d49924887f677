/** The traps of the stand-in, without which the tests of the adapter would prove nothing. */
import { describe, expect, it, onTestFinished } from "vitest";
import { startLlamaRouter, startLlamaSingle } from "./llama-server.ts";

const qwen = "qwen3-coder-30b";
const gpt = "gpt-oss-20b";

async function ask(url: string, body?: unknown): Promise<{ status: number; text: string }> {
  const post = { method: "POST", body: JSON.stringify(body) };
  const response = await fetch(url, body === undefined ? {} : post);
  return { status: response.status, text: await response.text() };
}

function say(model: string): unknown {
  return { model, messages: [{ role: "user", content: "hello" }] };
}

describe("a llama-server that stands in for a router", () => {
  it("loads a model that a look names, and writes the look down", async () => {
    const server = await startLlamaRouter();
    onTestFinished(() => server.close());

    await ask(`${server.url}/props?model=${qwen}`);

    expect(server.stateOf(qwen)).toBe("loaded");
    expect(server.wokenBy).toEqual([`/props?model=${qwen}`]);
  });

  it("refuses such a look that forbids it", async () => {
    const server = await startLlamaRouter();
    onTestFinished(() => server.close());

    expect(await ask(`${server.url}/props?model=${qwen}&autoload=false`)).toMatchObject({
      status: 400,
      text: expect.stringContaining("model is not loaded"),
    });
    expect(server.wokenBy).toEqual([]);
  });

  it("wakes a sleeping model for its slots, not for its properties", async () => {
    const server = await startLlamaRouter();
    onTestFinished(() => server.close());
    await ask(`${server.url}/v1/chat/completions`, say(qwen));
    server.sleep(qwen);

    await ask(`${server.url}/props?model=${qwen}`);
    expect(server.stateOf(qwen)).toBe("sleeping");

    await ask(`${server.url}/slots?model=${qwen}&autoload=false`);
    expect(server.stateOf(qwen)).toBe("loaded");
  });

  it("answers chats by the models they name, and stops the one not used for longest", async () => {
    const server = await startLlamaRouter({ maxModels: 1 });
    onTestFinished(() => server.close());
    const chat = (model: string) => ask(`${server.url}/v1/chat/completions`, say(model));

    expect((await chat(qwen)).text).toContain(`${qwen} heard: hello`);
    expect((await chat(gpt)).text).toContain(`${gpt} heard: hello`);
    expect(server.stateOf(qwen)).toBe("unloaded");
    expect(await chat("broken")).toMatchObject({
      status: 500,
      text: expect.stringContaining("failed to load"),
    });
    expect(server.stateOf(gpt)).toBe("unloaded");
    expect(await chat("nope")).toMatchObject({ status: 400 });
  });

  it("lets another server answer its chats", async () => {
    const other = await startLlamaSingle();
    const server = await startLlamaRouter({ chatUrl: other.url });
    onTestFinished(async () => {
      await server.close();
      await other.close();
    });

    await ask(`${server.url}/v1/chat/completions`, say(gpt));

    expect(server.stateOf(gpt)).toBe("loaded");
    expect(other.requests.map(({ path }) => path)).toEqual(["/v1/chat/completions"]);
  });
});

describe("a llama-server that stands in for one with one model", () => {
  it("answers everything with 503 until that is loaded", async () => {
    const server = await startLlamaSingle({ loading: true });
    onTestFinished(() => server.close());

    for (const path of ["/health", "/props", "/v1/models"])
      expect(await ask(`${server.url}${path}`)).toMatchObject({
        status: 503,
        text: expect.stringContaining("Loading model"),
      });
    server.finishLoad();
    expect(await ask(`${server.url}/health`)).toEqual({ status: 200, text: '{"status":"ok"}' });
  });
});
