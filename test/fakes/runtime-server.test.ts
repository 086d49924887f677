import { describe, expect, it, onTestFinished } from "vitest";
import { type RuntimeServerOptions, startEvents, startRuntimeServer } from "./runtime-server.ts";

describe("a stand-in for a runtime", () => {
  it("finds routes by method, named parts and the rest", async () => {
    const { url, requests } = await serve({
      routes: {
        "GET /models/:name/state": ({ params }) => params,
        "GET /upstream/*": ({ params }) => params,
      },
    });

    expect(await json(`${url}/models/a%2Fb/state?x=1`)).toEqual({ name: "a/b" });
    expect(await json(`${url}/upstream/a/b`)).toEqual({ rest: "a/b" });
    expect((await fetch(`${url}/models`)).status).toBe(404);
    expect(requests.map(({ path }) => path)).toEqual([
      "/models/a%2Fb/state?x=1",
      "/upstream/a/b",
      "/models",
    ]);
  });

  it("lets another server answer the chats, stream and all", async () => {
    const real = await serve({
      routes: {
        "POST /v1/chat/completions": ({ request, response }) => {
          const events = startEvents(response);
          events.send(request.body);
          events.end();
        },
      },
    });
    const front = await serve({ routes: { "GET /v1/models": () => ({ data: [] }) } });
    front.passV1To(`${real.url}/v1`);

    const answer = await fetch(`${front.url}/v1/chat/completions`, {
      method: "POST",
      body: '{"model":"a"}',
    });

    expect(answer.headers.get("content-type")).toBe("text/event-stream");
    expect(await answer.text()).toBe('data: {"model":"a"}\n\n');
    expect(await json(`${front.url}/v1/models`)).toEqual({ data: [] });
  });

  it("has bad days on all paths or on one", async () => {
    const server = await serve({ routes: { "GET /a": () => ({}), "GET /b": () => ({}) } });
    server.trouble({ type: "status", status: 503 }, "/a");

    expect((await fetch(`${server.url}/a`)).status).toBe(503);
    expect((await fetch(`${server.url}/b`)).status).toBe(200);

    server.trouble(undefined, "/a");
    server.trouble({ type: "html" });
    expect(await (await fetch(`${server.url}/a`)).text()).toContain("<html>");
  });
});

async function serve(options: RuntimeServerOptions) {
  const server = await startRuntimeServer(options);
  onTestFinished(() => server.close());
  return server;
}

async function json(url: string): Promise<unknown> {
  return (await fetch(url)).json();
}
