import { describe, expect, it, onTestFinished } from "vitest";
import { createNetwork } from "../../src/platform/network.ts";
import { createRuntimeClient } from "../../src/runtimes/http/client.ts";
import { identify } from "../../src/runtimes/identify.ts";
import {
  type Route,
  type RuntimeServerOptions,
  sendJson,
  sendText,
  startRuntimeServer,
} from "../fakes/runtime-server.ts";

const network = createNetwork();
const never = new AbortController().signal;

const unexpected: Route = ({ request: { method, path } }) => ({
  error: `Unexpected endpoint or method. (${method} ${path})`,
});

const models = (...data: readonly Record<string, unknown>[]) => ({
  "GET /v1/models": () => ({ object: "list", data }),
});

const services: readonly {
  readonly name: string;
  readonly options: Partial<RuntimeServerOptions>;
  readonly is: Record<string, unknown>;
}[] = [
  {
    name: "LM Studio",
    options: { routes: { "GET /lmstudio-greeting": () => ({ lmstudio: true }) } },
    is: { kind: "lmstudio" },
  },
  {
    name: "an LM Studio that knows no greeting",
    options: { fallback: unexpected },
    is: { kind: "lmstudio" },
  },
  {
    name: "Ollama",
    options: { routes: { "GET /api/version": () => ({ version: "0.32.15" }) } },
    is: { kind: "ollama", version: "0.32.15" },
  },
  {
    name: "llama-swap",
    options: {
      routes: {
        "GET /api/version": () => ({ version: "v250", commit: "abc", build_date: "2026-08-01" }),
        "GET /running": () => ({ running: [] }),
      },
    },
    is: { kind: "llama-swap", version: "v250" },
  },
  {
    name: "a llama-swap without a version",
    options: { routes: { "GET /running": () => ({ running: [] }) } },
    is: { kind: "llama-swap" },
  },
  {
    name: "llama-server with one model",
    options: { routes: { "GET /props": () => ({ build_info: "b11669-Debian", total_slots: 1 }) } },
    is: { kind: "llama-server", version: "b11669-Debian" },
  },
  {
    name: "llama-server as a router",
    options: { routes: { "GET /props": () => ({ role: "router" }) } },
    is: { kind: "llama-server" },
  },
  {
    name: "a llama-server that is still loading",
    options: {
      fallback: ({ response }) =>
        sendJson(response, 503, {
          error: { message: "Loading model", type: "unavailable_error", code: 503 },
        }),
    },
    is: { kind: "llama-server" },
  },
  {
    name: "a llama-server that wants a key for all but its models",
    options: {
      routes: models({ id: "tiny", owned_by: "llamacpp" }),
      fallback: ({ response }) =>
        sendJson(response, 401, { error: { message: "Invalid API Key" } }),
    },
    is: { kind: "llama-server" },
  },
  {
    name: "MLX",
    options: {
      headers: { Server: "BaseHTTP/0.6 Python/3.12.4" },
      routes: {
        ...models({ id: "mlx-community/a" }),
        "GET /health": ({ response }) => sendText(response, 200, '{"status": "ok"}'),
      },
    },
    is: { kind: "mlx" },
  },
  {
    name: "any server with OpenAI's list",
    options: {
      headers: { Server: "uvicorn" },
      routes: { ...models({ id: "a", max_model_len: 4096 }), "GET /health": () => ({}) },
    },
    is: { kind: "openai" },
  },
  {
    name: "a Phoenix application",
    options: {
      fallback: ({ response }) =>
        sendText(response, 404, "<title>Phoenix.Router.NoRouteError at GET /props</title>"),
    },
    is: { found: "a Phoenix application" },
  },
  {
    name: "a web page for every path",
    options: {
      fallback: ({ response }) =>
        sendText(response, 200, "<html><title>My \u001b[31mPage</title></html>"),
    },
    is: { found: 'a web page: "My Page"' },
  },
  {
    name: "something that names its server",
    options: { headers: { Server: "nginx/1.27" } },
    is: { found: "another program (nginx/1.27)" },
  },
  {
    name: "something that knows other versions",
    options: { routes: { "GET /api/version": () => ({ version: 3 }), "GET /props": () => [] } },
    is: { found: "another program" },
  },
];

describe("what answers", () => {
  for (const { name, options, is } of services) {
    it(`is ${name}`, async () => {
      const { ask } = await serve(options);

      expect(await ask()).toEqual(is);
    });
  }

  it("is asked with GET only, and for nothing that names or wakes a model", async () => {
    const { ask, server } = await serve({});

    await ask();

    for (const { method, path } of server.requests) {
      expect(method).toBe("GET");
      expect(path).not.toMatch(/model=|slots|metrics|upstream|chat|generate|load/);
    }
  });

  it("needs a token when it answers nothing without one", async () => {
    const { ask } = await serve({ token: "secret" });

    await expect(ask()).rejects.toMatchObject({ problem: { code: "runtime/needs-token" } });
  });

  it("is nothing when the connection is refused", async () => {
    const url = `http://127.0.0.1:${await network.freePort()}`;

    await expect(identify(clientOf(url), never)).rejects.toMatchObject({
      problem: { code: "runtime/not-running" },
    });
  });

  it("may be late with one answer", async () => {
    const { ask, server } = await serve({
      routes: { "GET /api/version": () => ({ version: "0.9.0" }) },
    });
    server.trouble({ type: "hang" }, "/lmstudio-greeting");

    expect(await ask()).toEqual({ kind: "ollama", version: "0.9.0" });
  });

  it("is given up after two answers that do not come", async () => {
    const { ask, server } = await serve({});
    server.trouble({ type: "hang" });

    await expect(ask()).rejects.toMatchObject({ problem: { code: "runtime/timed-out" } });
    expect(server.requests).toHaveLength(2);
  });

  it("is not waited for when the signal aborts", async () => {
    const { server, client } = await serve({});
    server.trouble({ type: "hang" });
    const abort = new AbortController();
    const answer = identify(client, abort.signal);
    answer.catch(() => undefined);

    abort.abort();

    await expect(answer).rejects.toMatchObject({ name: "AbortError" });
  });
});

async function serve(options: Partial<RuntimeServerOptions>) {
  const server = await startRuntimeServer({ routes: {}, ...options });
  onTestFinished(() => server.close());
  const client = clientOf(server.url);
  return { server, client, ask: () => identify(client, never) };
}

function clientOf(url: string) {
  return createRuntimeClient({ fetch: network.fetchPatiently, url });
}
