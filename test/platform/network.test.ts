import { createServer as createHttpServer, globalAgent, type RequestListener } from "node:http";
import { createServer } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { createNetwork } from "../../src/platform/network.ts";

describe("a free port", () => {
  it("can be listened on", async () => {
    const port = await createNetwork().freePort();

    const server = createServer();
    onTestFinished(() => void server.close());
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", resolve);
    });

    expect(port).toBeGreaterThan(1023);
  });
});

describe("a patient request", () => {
  const { fetchPatiently } = createNetwork();

  it("sends method, headers and body, and streams the answer", async () => {
    const url = await serve((request, response) => {
      response.writeHead(201, { "X-Method": request.method ?? "" });
      request.pipe(response);
    });

    const response = await fetchPatiently(url, { method: "POST", body: "hello", headers: {} });

    expect(response.status).toBe(201);
    expect(response.headers.get("x-method")).toBe("POST");
    expect(await response.text()).toBe("hello");
  });

  it("waits for headers and body until its signal aborts, without a time-out of its own", async () => {
    const arrived = Promise.withResolvers<number | undefined>();
    const url = await serve((_, response) => arrived.resolve(response.socket?.timeout));
    const abort = new AbortController();
    const answer = fetchPatiently(url, { signal: abort.signal });
    answer.catch(() => undefined);

    await arrived.promise;
    const [client] = Object.values(globalAgent.sockets).flatMap((sockets) => sockets ?? []);
    expect(client).toMatchObject({ connecting: false });
    expect(client?.timeout ?? 0).toBe(0);
    abort.abort();

    await expect(answer).rejects.toThrow("fetch failed");
  });

  it("ends an answer's body when its signal aborts", async () => {
    const url = await serve((_, response) => void response.write("first"));
    const abort = new AbortController();
    const response = await fetchPatiently(url, { signal: abort.signal });
    const text = response.text();
    text.catch(() => undefined);

    abort.abort();

    await expect(text).rejects.toThrow();
  });

  it("answers a status without a body", async () => {
    const url = await serve((_, response) => void response.writeHead(204).end());

    expect((await fetchPatiently(url)).status).toBe(204);
  });

  it("fails as fetch does, with the system's error as the cause", async () => {
    const port = await createNetwork().freePort();

    await expect(fetchPatiently(`http://127.0.0.1:${port}`)).rejects.toMatchObject({
      name: "TypeError",
      cause: { code: "ECONNREFUSED" },
    });
  });

  it("repeats a GET whose kept connection the server had closed meanwhile", async () => {
    let answered = 0;
    const url = await serve((request, response) => {
      answered += 1;
      if (answered === 2) request.socket.destroy();
      else response.end("here");
    });

    await (await fetchPatiently(url)).text();

    expect(await (await fetchPatiently(url)).text()).toBe("here");
    expect(answered).toBe(3);
  });
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createHttpServer(listener);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
}
