/** The built program and an Ollama that is reached by an address that is not this machine's own loop. */
import { connect as connectTo, createServer, type Server, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OllamaServer, startOllamaServer } from "../fakes/ollama-server.ts";
import { commandSettings, makeScene, plainShell, type Scene } from "./program.ts";
import type { TestTerminal } from "./terminal.ts";

const soon = { timeoutMs: 10_000 } as const;

/** An address of this machine by which others reach it. */
const outer = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ family, internal }) => family === "IPv4" && !internal)?.address;

// Even in the CI a machine may have no network at all.
describe.skipIf(outer === undefined)("an Ollama on another machine", () => {
  let ollama: OllamaServer;
  let relay: { readonly port: number; close(): Promise<void> };
  let scene: Scene;
  let terminal: TestTerminal;

  beforeAll(async () => {
    ollama = await startOllamaServer();
    relay = await startRelay(outer ?? "", ollama.port);
    scene = await makeScene("remote");
    const url = `http://${outer}:${relay.port}`;
    const { modes } = JSON.parse(commandSettings(plainShell));
    const runtimes = { far: { type: "ollama", url } };
    await scene.write("ai-rules.json", JSON.stringify({ modes, runtimes }));
    terminal = scene.open({ cols: 220, rows: 50 });
  });

  afterAll(async () => {
    await scene.end();
    await relay.close();
    await ollama.close();
  });

  it("is shown with its address, how long it takes to answer, and no memory of this machine", async () => {
    await terminal.until(/● far Ollama 0\.33\.0 +up/, soon);
    const screen = await terminal.until(new RegExp(`${outer}:${relay.port} +\\d+ ms`), soon);

    expect(screen).not.toMatch(/memory +[\d.]+\/[\d.]+ GB/);
  });

  it("has what others load there shown, and is missed when it is gone", async () => {
    const body = JSON.stringify({ model: "llama3.1:8b", keep_alive: -1 });
    await fetch(`${ollama.url}/api/generate`, { method: "POST", body });
    await terminal.until(/llama3\.1:8b[^]*forever/, soon);

    await relay.close();
    await terminal.until(/✕ far Ollama +down/, soon);
  });
});

/** Hands whatever comes to an address on to a port of the loop, both ways. */
async function startRelay(host: string, port: number) {
  const sockets = new Set<Socket>();
  const server: Server = createServer((near) => {
    const far = connectTo(port, "127.0.0.1");
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((listening) => server.listen(0, host, listening));
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : 0,
    close: () =>
      new Promise<void>((closed) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => closed());
      }),
  };
}
